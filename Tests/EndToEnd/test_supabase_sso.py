"""Single sign-on through supabase-py, both kinds of it, where the operator has none."""

import pytest

from test_supabase_clients import refusal


@pytest.mark.parametrize("credentials", [
    {"domain": "clinic.example"}, {"provider_id": "6f5e1bd4-7a4b-4a3e-9e0e-0d4c8c9a3b11"}], ids=["domain", "provider"])
def test_single_sign_on_is_said_to_be_off(kind, server, credentials):
    client = kind(server)
    assert refusal(client.auth.sign_in_with_sso, credentials) == (404, "saml_provider_disabled")
    client.close()
