"""A printer behind the host. Never prints twice: a lost answer is UNKNOWN."""

import base64

from drivers.contract import PrinterStatus, PrintJob, Reply, job_to_json
from drivers.remote.device import RemoteDevice


class RemotePrinter(RemoteDevice):
    """POSPrinter of the contract."""

    @property
    def status(self) -> PrinterStatus:
        """As last told; all unknown before that."""
        return self._host.last_status(self.name).printer or PrinterStatus()

    def print_job(self, job: PrintJob, reply: Reply) -> None:
        """Answers OutputCompleteEvent, or ErrorEvent whose outcome says whether to ask a person."""
        self._host.request(
            "print",
            reply,
            device=self.name,
            job_id=job.job_id,
            limit_ms=self._limit_ms(),
            fields={"job": job_to_json(job)},
        )

    def store_logo(self, job_id: str, key: str, png: bytes, reply: Reply) -> None:
        """Into the printer's own memory: at set-up only, for it wears out."""
        fields = {"job_id": job_id, "key": key, "png": base64.b64encode(png).decode()}
        self._host.request(
            "store_logo",
            reply,
            device=self.name,
            job_id=job_id,
            limit_ms=self._limit_ms(),
            fields=fields,
        )

    def strip_choices(self, reply: Reply) -> None:
        """What a person may answer to the strip: ResultEvent with `choices`."""
        self._host.request("strip_choices", reply, device=self.name)

    def print_code_page_strip(self, job_id: str, reply: Reply) -> None:
        """For setting up an unknown printer."""
        self._host.request(
            "code_page_strip",
            reply,
            device=self.name,
            job_id=job_id,
            limit_ms=self._limit_ms(),
            fields={"job_id": job_id},
        )

    def _limit_ms(self) -> int:
        """Papers come one after the other: the tenth of a backlog has ten times as long."""
        return self._host.deadlines.print_ms * (1 + self._host.jobs_waiting(self.name))
