"""A cluster that is closed to whoever has no certificate of its authority."""

from pathlib import Path

import pytest
from distributed.security import Security

from fanout import quick, zoo
from fanout.workers import SOON, Cluster

pytestmark = pytest.mark.long


def keys(folder: Path) -> list[str]:
    """Write an authority, a certificate and its key; give their files."""
    made = Security.temporary()
    folder.mkdir()
    found = []
    for name, text in (("ca", made.tls_ca_file), ("cert", made.tls_client_cert), ("key", made.tls_client_key)):
        (folder / name).write_text(text)
        found.append(str(folder / name))
    return found


def test_a_head_with_the_authoritys_certificate_is_let_in_and_others_are_not(tmp_path: Path) -> None:
    ca, cert, key = keys(tmp_path / "keys")
    other_ca, other_cert, other_key = keys(tmp_path / "other")
    head = quick.make(tmp_path / "head", str(tmp_path / "remote"))
    made = Cluster(tmp_path / "cluster", "--protocol", "tls", "--tls-ca-file", ca, "--tls-cert", cert, "--tls-key", key)
    try:
        made.worker("one")
        address = made.address
        command = ("python", "-m", "litemill", "fanout", "--scheduler", address)
        stranger = zoo.attempt(
            head.root, *command, "--tls-ca", other_ca, "--tls-cert", other_cert, "--tls-key", other_key, **SOON
        )
        plain = zoo.attempt(head.root, *command, **SOON)
        let_in = zoo.run(head.root, *command, "--tls-ca", ca, "--tls-cert", cert, "--tls-key", key)
    finally:
        made.close()
    assert address.startswith("tls://")
    assert "painting: built in" in let_in
    for refused in (stranger, plain):
        assert refused.returncode == 1
        assert "no scheduler answers" in refused.stderr
        assert "Traceback" not in refused.stderr
