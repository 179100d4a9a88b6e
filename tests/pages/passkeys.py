"""Passkeys as a browser makes them, without a browser."""

import hashlib
import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from apps.organization.models import Person

HOST = "testserver"


def add_passkey(person: Person, name: str) -> Authenticator:
    """One more passkey of this person, with which nobody can sign: its private key is thrown away."""
    identity = secrets.token_bytes(16)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    credential = AttestedCredentialData.create(Aaguid.NONE, identity, ES256.from_cryptography_key(public))
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(hashlib.sha256(HOST.encode()).digest(), flags, 0, bytes(credential))
    client = CollectedClientData.create("webauthn.create", secrets.token_bytes(32), f"https://{HOST}")
    return WebAuthn.add(
        person,
        name,
        {
            "id": websafe_encode(identity),
            "rawId": websafe_encode(identity),
            "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(bytes(client)),
                "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
            },
            "clientExtensionResults": {"credProps": {"rk": True}},
        },
    ).instance
