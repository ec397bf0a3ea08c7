using System.Text;
using OtherThing.Agent.Machine;

namespace OtherThing.Agent.Hosting;

/// <summary>The file that an agent without a terminal writes to. The one before it is kept once, when it has grown large.</summary>
internal static class LogFile
{
    private const long LargeBytes = 8 << 20;

    internal static StreamWriter Open(string path)
    {
        DataDirectory.CreatePrivate(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (new FileInfo(path) is { Exists: true, Length: > LargeBytes })
        {
            File.Move(path, path + ".old", overwrite: true);
        }

        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        return new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
    }
}
