"""Program: a Ray head that gives no core, on the port argv[1]; each line of stdin does something to its machines."""

from __future__ import annotations

import sys

from ray.cluster_utils import Cluster

MEMORY = 10**8

if __name__ == "__main__":
    head = {"num_cpus": 0, "ray_client_server_port": int(sys.argv[1]), "include_dashboard": False}
    machines = Cluster(initialize_head=True, head_node_args={**head, "object_store_memory": MEMORY})
    added = []
    sys.stdout.write(f"told: {machines.address}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        if line.strip() == "add":
            added.append(machines.add_node(num_cpus=1, object_store_memory=MEMORY))
        else:
            machines.remove_node(added.pop(), allow_graceful=False)
        sys.stdout.write("told: done\n")
        sys.stdout.flush()
    machines.shutdown()
