using System.Text;
using Microsoft.Win32.SafeHandles;
using OtherThing.Agent.Native;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Shims;

/// <summary>The descriptors between a shim and its job, and the spawn that hands them over.</summary>
internal sealed class ChildPipes : IDisposable
{
    // High numbers: no descriptor of the shim lies there.
    private const int ArgumentsDescriptor = 240;
    private const int StatusDescriptor = 241;
    private readonly ShimSpec _spec;
    private readonly SafeFileHandle _stdin;
    private readonly List<int> _childEnds = [];
    private int _arguments = -1;

    internal int Stdout;
    internal int Stderr;
    internal int Status = -1;

    internal ChildPipes(ShimSpec spec)
    {
        _spec = spec;
        _stdin = OpenStdin(spec);
    }

    internal (int Pid, int Error) Start(string program)
    {
        var descriptors = new List<(int, int)> { ((int)_stdin.DangerousGetHandle(), 0) };
        Stdout = FromChild(1, descriptors);
        Stderr = FromChild(2, descriptors);
        var boxed = _spec.Sandbox == SandboxClass.Bubblewrap;
        if (boxed)
        {
            Status = FromChild(StatusDescriptor, descriptors);
            (var read, _arguments) = FileDescriptor.CreatePipe();
            _childEnds.Add(read);
            descriptors.Add((read, ArgumentsDescriptor));
        }

        var started = Spawn.Start(boxed
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
            });
        _childEnds.ForEach(FileDescriptor.Close);
        return started;
    }

    /// <summary>Bubblewrap waits for its arguments before it makes a process, so limits set before this hold for all of the job.</summary>
    internal void OpenGate()
    {
        if (_arguments >= 0)
        {
            var text = string.Concat(Bubblewrap.Arguments(_spec, StatusDescriptor).Select(argument => argument + '\0'));
            FileDescriptor.Write(_arguments, Encoding.UTF8.GetBytes(text));
            FileDescriptor.Close(_arguments);
            _arguments = -1;
        }
    }

    public void Dispose()
    {
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
        return File.OpenHandle(path);
    }

    private int FromChild(int target, List<(int Source, int Target)> descriptors)
    {
        var (read, write) = FileDescriptor.CreatePipe();
        FileDescriptor.SetNonBlocking(read);
        _childEnds.Add(write);
        descriptors.Add((write, target));
        return read;
    }
}
