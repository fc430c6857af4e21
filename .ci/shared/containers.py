"""The Docker engine that `DOCKER_HOST` names."""

import ipaddress
import subprocess


def bridge_address():
    """Where containers on the default network reach this machine: the first address of that network.

    The network's Gateway would say it, but an engine that has just made its bridge leaves that empty.
    """
    command = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"]
    subnet = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return str(next(ipaddress.ip_network(subnet).hosts()))
