"""What Core wrote of `core.figures`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

COUNTS: tuple[Statement, ...] = (
    Statement(("SELECT 'allowance', count(*) AS count_1 \nFROM allowance"), (), {}),
    Statement(("SELECT 'chain', count(*) AS count_1 \nFROM chain"), (), {}),
    Statement(("SELECT 'document_key', count(*) AS count_1 \nFROM document_key"), (), {}),
    Statement(("SELECT 'event', count(*) AS count_1 \nFROM event"), (), {}),
    Statement(("SELECT 'fiscal', count(*) AS count_1 \nFROM fiscal"), (), {}),
    Statement(("SELECT 'local_member', count(*) AS count_1 \nFROM local_member"), (), {}),
    Statement(("SELECT 'local_member_key', count(*) AS count_1 \nFROM local_member_key"), (), {}),
    Statement(("SELECT 'member_event', count(*) AS count_1 \nFROM member_event"), (), {}),
    Statement(("SELECT 'meta', count(*) AS count_1 \nFROM meta"), (), {}),
    Statement(("SELECT 'move', count(*) AS count_1 \nFROM move"), (), {}),
    Statement(("SELECT 'print_job', count(*) AS count_1 \nFROM print_job"), (), {}),
    Statement(("SELECT 'return_of', count(*) AS count_1 \nFROM return_of"), (), {}),
    Statement(("SELECT 'suspended', count(*) AS count_1 \nFROM suspended"), (), {}),
    Statement(("SELECT 'tendering', count(*) AS count_1 \nFROM tendering"), (), {}),
)
