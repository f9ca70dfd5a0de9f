"""Pages of a PDF that say which they are of how many. Never what stands on them."""

from typing import Any

SIZE_PT = 7.5


def numbered(heading: str, font: str, margin_pt: float) -> type[Any]:
    """A canvas for reportlab: `2 / 5` at the foot of each page, and the heading from the second
    on. `font` is registered already. The pages are kept until how many is known."""
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  # reportlab calls it so
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for page, kept in enumerate(self._kept, start=1):
                self.__dict__.update(kept)
                self._foot(page, len(self._kept))
                super().showPage()
            super().save()

        def _foot(self, page: int, pages: int) -> None:
            self.setFont(font, SIZE_PT)
            foot = margin_pt / 2
            if page > 1:
                self.drawString(margin_pt, foot, heading)
            self.drawRightString(self._pagesize[0] - margin_pt, foot, f"{page} / {pages}")

    return Numbered
