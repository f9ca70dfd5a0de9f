"""The command `report`: a period's figures as JSON for whoever plots them. Never a person."""

import json
from argparse import Namespace

from pos_app.domain.reporting.plain import to_plain
from sync.server.reports.asked import Asked
from sync.server.reports.period import period_report
from sync.server.server import Server


async def told(server: Server, options: Namespace) -> tuple[list[str], bool]:
    """(lines, whether it went well). Raises Refusal 404, 422."""
    asked = Asked(options.store, options.since, options.until, options.language)
    found = await server.database.read(lambda c: period_report(c, server.services, asked))
    return [json.dumps(to_plain(found), ensure_ascii=False, indent=1)], True
