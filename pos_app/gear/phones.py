"""Phone numbers of the world, read with phonenumbers. Never stores or logs one."""

_LONGEST = 40  # a number, its punctuation and an extension; longer text is not one


class WorldPhoneBook:
    """PhoneBook on the port of libphonenumber (Apache-2.0)."""

    def parse(self, text: str, region: str) -> str | None:
        """See the Protocol."""
        if len(text) > _LONGEST:
            return None
        import phonenumbers  # sixty modules: a till that starts has heard of no number yet

        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
