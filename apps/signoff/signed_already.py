"""The refusal to sign what somebody signed already."""

from apps.common.refused import Refused
from apps.signatures.models import Signature


class SignedAlready(Refused):
    """Just this is signed. The sentence names the signer; `receipt` is the key of the receipt, which pages link."""

    def __init__(self, what: str, *, signature: Signature) -> None:
        self.receipt = signature.key
        super().__init__(f"{what}, by {signature.printed_name}: receipt {self.receipt}.")
