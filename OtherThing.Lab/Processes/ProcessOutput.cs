using System.Diagnostics;

namespace OtherThing.Lab.Processes;

/// <summary>What a process writes: read all the time, for one whose pipes nobody reads stops when they are full, and the end of it kept.</summary>
internal sealed class ProcessOutput
{
    private const int Kept = 60;

    private readonly Queue<string> _last = new();

    private ProcessOutput()
    {
    }

    /// <summary>The last lines of both its outputs.</summary>
    public string Last
    {
        get
        {
            lock (_last)
            {
                return string.Join('\n', _last);
            }
        }
    }

    /// <summary>Reads both outputs of a process that was just started.</summary>
    public static ProcessOutput Of(Process process)
    {
        var output = new ProcessOutput();
        process.OutputDataReceived += (_, line) => output.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => output.Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return output;
    }

    private void Keep(string? line)
    {
        lock (_last)
        {
            if (line is not null)
            {
                _last.Enqueue(line);
            }

            if (_last.Count > Kept)
            {
                _last.Dequeue();
            }
        }
    }
}
