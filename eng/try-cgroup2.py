"""What eng/try-cgroup2 runs in its virtual machine: the agent, and jobs through its supervisor, in real control groups."""
import json
import os
import socket
import struct
import subprocess
import time

SERVICE = "/sys/fs/cgroup/service"
USER = 1879048192
IMPORTS = "import ctypes,mmap,os,socket,time\nM=1<<20\n"
CHILDREN = "for i in range(8):\n if os.fork()==0:\n  x=bytearray(os.urandom(M))*30; time.sleep(60); os._exit(0)\ntime.sleep(60)"
FORKS = "while True:\n try: os.fork()\n except OSError: time.sleep(1)"
# What, in which class, the limit it must name, the program.
WAYS = [
    ("a job that stays within its limits", "bubblewrap", None, "x=bytearray(8*M)"),
    ("memory of many children", "bubblewrap", "limit.memory", CHILDREN),
    ("a file in memory", "bubblewrap", "limit.memory", "f=open('/tmp/f','wb')\nfor i in range(63): f.write(b'x'*M); f.flush()\nx=bytearray(30*M); time.sleep(60)"),
    ("pieces of memory that are only open", "bubblewrap", "limit.memory", "f=[os.memfd_create('m%d'%i) for i in range(12)]\nfor x in f: [os.write(x,b'x'*M) for i in range(10)]\ntime.sleep(60)"),
    ("pieces of memory on their way, open nowhere", "bubblewrap", "limit.memory", "a,b=socket.socketpair()\nfor i in range(12):\n f=os.memfd_create('m'); [os.write(f,b'x'*M) for i in range(10)]; socket.send_fds(a,[b'x'],[f]); os.close(f)\ntime.sleep(60)"),
    ("processes", "bubblewrap", "limit.processes", FORKS),
    ("memory of many children, no sandbox", "process", "limit.memory", CHILDREN),
    ("shared memory of System V that nobody has attached, no sandbox", "process", "limit.memory", "c=ctypes.CDLL(None); c.shmat.restype=ctypes.c_void_p\nfor i in range(12):\n s=c.shmget(0,10*M,0o1600); p=c.shmat(s,None,0); ctypes.memset(p,1,10*M); c.shmdt(ctypes.c_void_p(p))\ntime.sleep(60)"),
    ("processes, no sandbox", "process", "limit.processes", FORKS),
]


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def read(path):
    with open(path) as file:
        return file.read()


class Shim:
    """The agent's supervisor of jobs, spoken to as the agent does."""

    def __init__(self, group):
        os.makedirs("/tmp/scratch", exist_ok=True)
        self.socket, theirs = socket.socketpair()

        def enter():
            write(group + "/cgroup.procs", str(os.getpid()))

        self.process = subprocess.Popen(["otherthing-node", "shim", "/tmp/scratch"], stdin=theirs, stdout=theirs, preexec_fn=enter)
        theirs.close()
        assert self.receive()[0] == 3

    def receive(self):
        head = self.take(5)
        return head[0], self.take(struct.unpack("<i", head[1:])[0])

    def take(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError("the supervisor ended")
            data += piece
        return data

    def run(self, spec):
        body = json.dumps(spec).encode()
        self.socket.sendall(struct.pack("<bi", 1, len(body)) + body)
        while True:
            kind, body = self.receive()
            if kind == 6:
                return json.loads(body)


def main():
    # The agent makes its groups before it looks for its server; there is none here.
    print("kernel", os.uname().release, "controllers", read(SERVICE + "/cgroup.controllers").strip(), flush=True)
    said = subprocess.run(
        ["sh", "-c", f"echo $$ > {SERVICE}/cgroup.procs; exec otherthing-node run --server http://127.0.0.1:9 --data /tmp/node"],
        capture_output=True, text=True, check=False)
    print((said.stdout + said.stderr).strip(), flush=True)
    fine = "the kernel keeps jobs to their memory and processes" in said.stdout + said.stderr
    fine &= sorted(read(SERVICE + "/cgroup.subtree_control").split()) == ["memory", "pids"]
    print("groups left by the agent:", [name for name in os.listdir(SERVICE) if os.path.isdir(f"{SERVICE}/{name}")], flush=True)

    shim = Shim(SERVICE + "/otherthing-agent")
    for number, (what, sandbox, code, program) in enumerate(WAYS):
        directory, group = f"/tmp/job{number}", f"{SERVICE}/otherthing-job-{number}"
        os.mkdir(directory, 0o711)
        os.mkdir(directory + "/work", 0o700)
        os.chown(directory + "/work", USER, USER)
        began = time.monotonic()
        end = shim.run({
            "AttemptId": str(number), "Directory": directory, "Sandbox": sandbox, "User": USER, "Argv": ["python3", "-S", "-c", IMPORTS + program],
            "Env": {"PATH": "/usr/bin"}, "MemoryBytes": 64 << 20, "DiskBytes": 64 << 20, "MaxProcesses": 40, "WallMs": 240_000, "ControlGroup": group,
            "Stdin": "", "Cores": [], "Devices": [], "ClosesNamespaces": True, "GraceMs": 1000, "LogMaxBytes": 1 << 20})
        right = end["ReasonCode"] == code and end["Started"] and not os.path.exists(group) and (code is not None or end["ExitCode"] == 0)
        fine &= right
        print(f"{'ok  ' if right else 'BAD '} {what}: {end['ReasonCode']}, exit code {end['ExitCode']}, most memory {end['MaxResidentBytes'] >> 20} MiB, "
              f"{time.monotonic() - began:.1f} s, {end['Reason']}", flush=True)
        if not right:
            print(end, os.path.exists(group), read(directory + "/stderr") if os.path.exists(directory + "/stderr") else "", flush=True)
    left = [name for name in os.listdir(SERVICE) if name.startswith("otherthing-job")]
    print("groups of jobs left:", left, flush=True)
    print("all as it should be" if fine and not left else "something is wrong", flush=True)


main()
