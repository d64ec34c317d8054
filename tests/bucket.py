"""A bucket of S3's kin for tests: moto's server, a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from mlegitymacja_portal.bucket_files import BucketFiles
from script.lib.network import Address, answers, free_port
from tests.waiting import wait_until

NAME = "legitymacje"


class Bucket:
    """A running server with one bucket, which is empty."""

    def __init__(self, address: Address) -> None:
        self.keys: dict[str, Any] = {
            "endpoint_url": address.url,
            "region_name": "eu-central-1",
            "access_key": "access",
            "secret_key": "secret",
        }
        self._client = boto3.client(
            "s3",
            endpoint_url=address.url,
            region_name="eu-central-1",
            aws_access_key_id="access",
            aws_secret_access_key="secret",
        )
        place = {"LocationConstraint": "eu-central-1"}
        self._client.create_bucket(Bucket=NAME, CreateBucketConfiguration=place)

    @property
    def contents(self) -> set[str]:
        """Return the names of all files."""
        found = self._client.list_objects_v2(Bucket=NAME)
        return {each["Key"] for each in found.get("Contents", [])}

    def empty(self) -> None:
        """Delete all files."""
        for name in self.contents:
            self._client.delete_object(Bucket=NAME, Key=name)

    def storage(self, folder: str) -> BucketFiles:
        """Return a storage of files below a folder of it."""
        return BucketFiles(bucket_name=NAME, location=folder, **self.keys)


@contextmanager
def bucket_server() -> Iterator[Bucket]:
    """Serve a bucket while the block lasts."""
    address = Address("S3_PORT", "127.0.0.1", free_port())
    command = [sys.executable, "-m", "moto.server", "-H", address.host, "-p", str(address.port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: answers(address, "/moto-api/"))
            yield Bucket(address)
        finally:
            server.terminate()
