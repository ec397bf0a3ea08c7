using OtherThing.Agent.Platforms;

namespace OtherThing.Agent.Machine;

/// <summary>A small file that others read while it is written anew: they see the old one or the new one, and never half of it.</summary>
internal static class WholeFile
{
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
        }

        Platform.Current.Replace(fresh, path);
    }

    internal static byte[] Read(string path) => Platform.Current.ReadShared(path);
}
