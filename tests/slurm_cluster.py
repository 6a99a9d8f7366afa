"""A Slurm of one node on loopback: two CPUs, a GPU that is only a device file, no accounting database.

`python tests/slurm_cluster.py COMMAND...` runs a command with it. Everything lies in one folder, and root or a plain
user may start it.
"""

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun")
# Where Debian has the daemons, which a plain user's PATH lacks.
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
# `config_overrides`: the node is what this file says, not what the machine is. `cred_expire`: seconds that a requeued
# job waits.
CONFIG = """\
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
MinJobAge=3600
KillWait=2
SchedulerParameters=sched_interval=2
GresTypes=gpu
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=100000 Gres=gpu:1
PartitionName=main Nodes=node Default=YES State=UP
"""


def missing() -> list[str]:
    """Return the programs of Slurm and MUNGE that are not installed."""
    return [program for program in PROGRAMS if not shutil.which(program, path=PATH)]


class Cluster:
    """A context: Slurm runs in an empty folder, and `environment` makes commands find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bin_ = folder / "bin"
        self.environment = {**os.environ, "PATH": f"{bin_}:{PATH}", "SLURM_CONF": str(folder / "slurm.conf")}
        self.daemons: list[subprocess.Popen] = []

    def __enter__(self) -> "Cluster":
        self.write()
        key = ("--key-file", "munge.key", "--seed-file", "munge.seed", "--socket", "munge.socket")
        files = ("--pid-file", "munged.pid", "--log-file", "munged.log")
        munge = [word if word.startswith("--") else str(self.folder / word) for word in (*key, *files)]
        self.start("munged", "--foreground", "--force", *munge)
        self.wait(lambda: (self.folder / "munge.socket").exists())
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D", "-N", "node")
        self.wait(lambda: self.run("sinfo", "--noheader", "--format=%T").strip() == "idle")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything, jobs first: they would outlive slurmd."""
        self.run("scancel", "--user", getpass.getuser())
        self.wait(lambda: not self.run("squeue", "--noheader"))
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait()

    def write(self) -> None:
        """Write the configuration, a key and the device file."""
        for name in ("state", "spool", "bin"):
            (self.folder / name).mkdir()
        (self.folder / "munge.key").write_bytes(secrets.token_bytes(128))
        (self.folder / "munge.key").chmod(0o600)
        host = socket.gethostname().split(".")[0]
        config = CONFIG.format(folder=self.folder, ports=free_ports(2), user=getpass.getuser(), host=host)
        (self.folder / "slurm.conf").write_text(config)
        (self.folder / "gpu0").symlink_to("/dev/null")
        (self.folder / "gres.conf").write_text(f"NodeName=node Name=gpu File={self.folder}/gpu0\n")
        # The executor plugin's jobs start srun without the variables of Slurm, so without this one too.
        srun = self.folder / "bin/srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)

    def start(self, *command: str) -> None:
        """Start a daemon that ends with this process."""
        with (self.folder / f"{command[0]}.out").open("w") as out:
            bound = ("setpriv", "--pdeathsig", "TERM", *command)
            self.daemons.append(subprocess.Popen(bound, env=self.environment, stdout=out, stderr=out))

    def run(self, *command: str) -> str:
        """Return what one of Slurm's commands prints, errors included."""
        result = subprocess.run(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return result.stdout

    def jobs(self, column: str, states: str = "all") -> list[str]:
        """Return a column of `squeue` for jobs in these states."""
        return self.run("squeue", "--noheader", f"--format={column}", f"--states={states}").split("\n")[:-1]

    def wait(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until a condition holds, or fail with what the daemons say."""
        deadline = time.monotonic() + seconds
        while not condition():
            logs = [*self.folder.glob("*.out"), *self.folder.glob("*.log")]
            assert time.monotonic() < deadline, "\n".join(path.read_text()[-2000:] for path in logs)
            time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary, Cluster(Path(temporary)) as cluster:
        sys.exit(subprocess.call(sys.argv[1:], env=cluster.environment))
