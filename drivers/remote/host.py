"""Every device of the host by its name. Never does more than name them."""

from drivers.contract import DeviceKind, PrintJob, Reply
from drivers.remote.channel import Channel
from drivers.remote.device import RemoteDevice
from drivers.remote.display import RemoteDisplay
from drivers.remote.drawer import RemoteDrawer
from drivers.remote.fiscal import RemoteFiscal
from drivers.remote.marking import RemoteMarking
from drivers.remote.payment import RemotePayment
from drivers.remote.printer import RemotePrinter
from drivers.remote.scale import RemoteScale


class RemoteHost(Channel):
    """The till's end with a method a kind; see Channel."""

    def scanner(self, name: str) -> RemoteDevice:
        """A scanner of the host."""
        return RemoteDevice(self, name, DeviceKind.SCANNER)

    def printer(self, name: str) -> RemotePrinter:
        """A printer of the host."""
        return RemotePrinter(self, name, DeviceKind.PRINTER)

    def drawer(self, name: str) -> RemoteDrawer:
        """A drawer of the host."""
        return RemoteDrawer(self, name, DeviceKind.DRAWER)

    def display(self, name: str) -> RemoteDisplay:
        """A display of the host."""
        return RemoteDisplay(self, name, DeviceKind.DISPLAY)

    def scale(self, name: str) -> RemoteScale:
        """A scale of the host."""
        return RemoteScale(self, name, DeviceKind.SCALE)

    def payment(self, name: str) -> RemotePayment:
        """A payment terminal of the host."""
        return RemotePayment(self, name, DeviceKind.PAYMENT)

    def fiscal(self, name: str) -> RemoteFiscal:
        """A fiscal registrar of the host."""
        return RemoteFiscal(self, name, DeviceKind.FISCAL)

    def marking(self, name: str) -> RemoteMarking:
        """The permission check of the host."""
        return RemoteMarking(self, name, DeviceKind.MARKING)

    def print_job(self, device: str, job: PrintJob, reply: Reply) -> None:
        """Prints on the named printer."""
        self.printer(device).print_job(job, reply)
