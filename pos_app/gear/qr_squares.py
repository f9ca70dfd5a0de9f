"""A QR code as rows of squares, for a screen. Never a picture and never its meaning."""


def qr_squares(text: str) -> tuple[str, ...]:
    """Rows of "1" (dark) and "0", a quiet zone of four around."""
    import qrcode  # with the first code, not with the window: it brings Pillow along
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())
