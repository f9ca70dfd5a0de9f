"""A fiscal registrar behind the host. Never registers twice: a lost answer is UNKNOWN."""

from drivers.contract import Reply
from drivers.contract.fiscal import FiscalJob, FiscalState, fiscal_job_to_json
from drivers.remote.device import RemoteDevice

DOCUMENT_MS = 60_000


class RemoteFiscal(RemoteDevice):
    """FiscalPrinter of the contract."""

    @property
    def state(self) -> FiscalState:
        """As last told; all unknown before that."""
        said = self._host.last_status(self.name).state
        try:
            return FiscalState.from_json(said) if said else FiscalState()
        except ValueError:
            return FiscalState()

    def register(self, job: FiscalJob, reply: Reply) -> None:
        """ResultEvent, or ErrorEvent whose outcome says whether to recover."""
        self._host.request(
            "fiscal",
            reply,
            device=self.name,
            job_id=job.key,
            limit_ms=DOCUMENT_MS,
            fields={"job": fiscal_job_to_json(job)},
        )

    def recover(self, key: str, reply: Reply) -> None:
        """What became of a key."""
        self._host.request(
            "fiscal_recover",
            reply,
            device=self.name,
            job_id=key,
            limit_ms=DOCUMENT_MS,
            fields={"key": key},
        )
