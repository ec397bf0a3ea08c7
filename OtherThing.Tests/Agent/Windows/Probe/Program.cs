using System.Diagnostics;
using System.Text;

// The jobs of the tests on Windows: its first word says what it does.
using var output = Console.OpenStandardOutput();
void Say(string text)
{
    output.Write(Encoding.UTF8.GetBytes(text));
    output.Flush();
}

switch (args)
{
    // Its words and its variables V0, V1, ..., as they came.
    case ["say", .. var words]:
        var variables = Enumerable.Range(0, 100).Select(number => Environment.GetEnvironmentVariable($"V{number}")).TakeWhile(value => value is not null);
        Say(string.Join('\0', words.Concat(variables!)));
        return 0;

    // What it reads, and an end of its own.
    case ["end", var code]:
        using (var input = Console.OpenStandardInput())
        {
            input.CopyTo(output);
        }

        Console.Error.Write("err");
        return int.Parse(code);

    case ["count", var most, var pause]:
        for (var number = 1; number <= int.Parse(most); number++)
        {
            Say($"{number}\n");
            Thread.Sleep(int.Parse(pause));
        }

        return 0;

    // A child and a grandchild, all of them for a long time.
    case ["tree", var mark]:
        Start("branch", mark);
        Thread.Sleep(Timeout.Infinite);
        return 0;

    case ["branch", var mark]:
        Start("leaf", mark);
        Thread.Sleep(Timeout.Infinite);
        return 0;

    case ["leaf", _]:
        Say("up\n");
        Thread.Sleep(Timeout.Infinite);
        return 0;

    // Ends by itself, and well, when it is asked to.
    case ["obey"]:
        using (var asked = new ManualResetEventSlim())
        {
            Console.CancelKeyPress += (_, key) =>
            {
                key.Cancel = true;
                asked.Set();
            };
            // The first of a group of its own hears Ctrl+Break, and Ctrl+C only when it says so: Wine has only that.
            NativeMethods.SetConsoleCtrlHandler(0, false);
            Say("up\n");
            asked.Wait();
        }

        Say("asked\n");
        return 7;

    case ["eat", var megabytes]:
        var eaten = new byte[int.Parse(megabytes)][];
        for (var number = 0; number < eaten.Length; number++)
        {
            eaten[number] = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
            Array.Fill(eaten[number], (byte)1);
        }

        Say("full\n");
        Thread.Sleep(Timeout.Infinite);
        return 0;

    case ["write", var megabytes]:
        using (var file = File.Create("data"))
        {
            for (var number = 0; number < int.Parse(megabytes); number++)
            {
                file.Write(new byte[1 << 20]);
            }
        }

        Thread.Sleep(Timeout.Infinite);
        return 0;

    default:
        return 2;
}

static void Start(string verb, string mark) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [verb, mark]))!.Dispose();

internal static class NativeMethods
{
    [System.Runtime.InteropServices.DllImport("kernel32.dll")]
    internal static extern bool SetConsoleCtrlHandler(nint handler, bool add);
}
