using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>The descriptors between a shim and its job, and the spawn that hands them over.</summary>
internal sealed partial class ChildPipes : IDisposable
{
    // High numbers: no descriptor of the shim lies there.
    private const int ArgumentsDescriptor = 240;
    private const int StatusDescriptor = 241;
    private const int FilterDescriptor = 242;
    private const int HoldDescriptor = 243;
    private const int NothingDescriptor = 244;
    private const int ResolverDescriptor = 245;
    private const int PatienceMs = 10_000;
    private readonly ShimSpec _spec;
    private readonly SafeFileHandle _stdin;
    private readonly List<int> _childEnds = [];
    private byte[] _words = [];
    private int _arguments = -1;
    private int _hold = -1;

    // What a job makes is for others to read unless it says otherwise, whatever the agent keeps to itself.
    private const uint UsualMask = 0b000_010_010;

    // What was never opened must not be closed: 0 is the shim's way to its agent.
    internal int Stdout = -1;
    internal int Stderr = -1;
    internal int Status = -1;

    internal ChildPipes(ShimSpec spec)
    {
        _spec = spec;
        _stdin = OpenStdin(spec);
    }

    /// <summary>What the job reads. Bubblewrap's own processes have it open too, so it stays on the disk whatever the job closes.</summary>
    internal int Stdin => (int)_stdin.DangerousGetHandle();

    /// <summary>Starts the job, or bubblewrap, which waits for <see cref="OpenGate"/>.</summary>
    /// <exception cref="ArgumentException">Something of the job cannot be said to the system: see <see cref="FileDescriptor.ToCString"/>.</exception>
    internal (int Pid, int Error) Start(string program)
    {
        var descriptors = new List<(int, int)> { (Stdin, 0) };
        Stdout = FromChild(1, descriptors);
        Stderr = FromChild(2, descriptors);
        var boxed = SandboxClass.IsBoxed(_spec.Sandbox);
        if (boxed)
        {
            // Each word ends with a NUL, so one that holds a NUL would be two to bubblewrap, and the second any option.
            _words = [.. Bubblewrap.Arguments(_spec, StatusDescriptor, FilterDescriptor, NothingDescriptor, ResolverDescriptor)
                .Prepend($"{HoldDescriptor}").Prepend("--block-fd").SelectMany(FileDescriptor.ToCString)];
            Status = FromChild(StatusDescriptor, descriptors);
            _arguments = ToChild(ArgumentsDescriptor, descriptors);
            _hold = ToChild(HoldDescriptor, descriptors);
            var filter = ToChild(FilterDescriptor, descriptors);
            FileDescriptor.Write(filter, SeccompFilter.Program);
            FileDescriptor.Close(filter);
            FileDescriptor.Close(ToChild(NothingDescriptor, descriptors));
            if (_spec.HasNetwork)
            {
                var resolver = ToChild(ResolverDescriptor, descriptors);
                FileDescriptor.Write(resolver, JobNetwork.ResolverFile);
                FileDescriptor.Close(resolver);
            }
        }

        var request = boxed
            ? new SpawnRequest
            {
                Path = Bubblewrap.Find()!,
                Arguments = ["bwrap", "--args", $"{ArgumentsDescriptor}", "--", .. _spec.Argv],
                Descriptors = descriptors,
            }
            : new SpawnRequest
            {
                Path = program,
                Arguments = _spec.Argv,
                Environment = [.. _spec.Env.Select(pair => $"{pair.Key}={pair.Value}")],
                WorkingDirectory = _spec.WorkDirectory,
                Descriptors = descriptors,
            };
        var mask = Libc.umask(UsualMask);
        var started = Spawn.Start(request with { Rights = new JobRights(_spec.User, NoNewPrivileges: !boxed) });
        _ = Libc.umask(mask);
        _childEnds.ForEach(FileDescriptor.Close);
        return started;
    }

    /// <summary>Bubblewrap waits for its arguments before it makes a process, so limits set before this hold for all of the job.</summary>
    internal void OpenGate()
    {
        if (_arguments >= 0)
        {
            FileDescriptor.Write(_arguments, _words);
            FileDescriptor.Close(_arguments);
            _arguments = -1;
        }
    }

    /// <summary>Reads from bubblewrap which process is the first inside; null when it made none.</summary>
    internal int? WaitForInside(StringBuilder status)
    {
        var buffer = new byte[1024];
        var until = Environment.TickCount64 + PatienceMs;
        while (Status >= 0 && until - Environment.TickCount64 is > 0 and var left)
        {
            Poller.WaitFirst((int)left, Status);
            var count = FileDescriptor.Read(Status, buffer);
            status.Append(Encoding.UTF8.GetString(buffer, 0, Math.Max(0, count)));
            if (FirstInside().Match(status.ToString()) is { Success: true } found)
            {
                return int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            }

            if (count == 0)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Inside everything is ready and waits for this before it becomes the job.</summary>
    internal void LetGo()
    {
        if (_hold >= 0)
        {
            FileDescriptor.Write(_hold, [1]);
            FileDescriptor.Close(_hold);
            _hold = -1;
        }
    }

    [GeneratedRegex("\"child-pid\": ([0-9]+)")]
    private static partial Regex FirstInside();

    public void Dispose()
    {
        FileDescriptor.Close(_hold);
        _stdin.Dispose();
        FileDescriptor.Close(Stdout);
        FileDescriptor.Close(Stderr);
        FileDescriptor.Close(Status);
        FileDescriptor.Close(_arguments);
    }

    private static SafeFileHandle OpenStdin(ShimSpec spec)
    {
        if (spec.Stdin.Length == 0)
        {
            return File.OpenHandle("/dev/null");
        }

        var path = Path.Combine(spec.Directory, "stdin");
        File.WriteAllBytes(path, spec.Stdin);
        if (spec.User is { } user)
        {
            // A program may open /dev/stdin once more by its name.
            FileOwner.Give(path, user, user);
        }

        var stdin = File.OpenHandle(path);
        // The job may write to it by way of its descriptor. Without a name it counts as what it is: the job's disk.
        File.Delete(path);
        return stdin;
    }

    private int ToChild(int target, List<(int Source, int Target)> descriptors)
    {
        var (read, write) = FileDescriptor.CreatePipe();
        _childEnds.Add(read);
        descriptors.Add((read, target));
        return write;
    }

    private int FromChild(int target, List<(int Source, int Target)> descriptors)
    {
        var (read, write) = FileDescriptor.CreatePipe();
        FileDescriptor.SetNonBlocking(read);
        if (_spec.User is { } user)
        {
            // The same for /dev/stdout and /dev/stderr.
            FileOwner.Give(write, user, user);
        }

        _childEnds.Add(write);
        descriptors.Add((write, target));
        return read;
    }
}
