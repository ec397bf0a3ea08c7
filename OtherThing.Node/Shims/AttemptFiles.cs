using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;

namespace OtherThing.Agent.Shims;

/// <summary>The files through which agent and shim find each other again after either died.</summary>
internal sealed class AttemptFiles(string directory)
{
    // A job without a sandbox can put anything in the place of these files.
    private const long MostBytes = 1 << 20;

    internal string Directory { get; } = directory;

    internal string Stdout => Path.Combine(Directory, "stdout");

    internal string Stderr => Path.Combine(Directory, "stderr");

    private string ClaimPath => Path.Combine(Directory, "claim");

    private string ControlPath => Path.Combine(Directory, "control");

    private string ExitPath => Path.Combine(Directory, "exit");

    private string ChildPath => Path.Combine(Directory, "child");

    private string WallsPath => Path.Combine(Directory, "walls");

    private string UserPath => Path.Combine(Directory, "user");

    /// <summary>False when the attempt was claimed before.</summary>
    internal bool TryClaim(ShimClaim claim)
    {
        try
        {
            using var file = new FileStream(ClaimPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.Write(JsonSerializer.SerializeToUtf8Bytes(claim, ShimJson.Default.ShimClaim));
            return true;
        }
        catch (IOException) when (File.Exists(ClaimPath))
        {
            return false;
        }
    }

    internal ShimClaim? ReadClaim() => Read(ClaimPath, ShimJson.Default.ShimClaim);

    internal bool IsClaimed => File.Exists(ClaimPath);

    /// <summary>The job's own process, for the case that its shim is killed.</summary>
    internal void WriteChild(ShimClaim child) => Write(ChildPath, child, ShimJson.Default.ShimClaim);

    internal ShimClaim? ReadChild() => Read(ChildPath, ShimJson.Default.ShimClaim);

    /// <summary>The user the job has, for an agent that comes after this one.</summary>
    internal void WriteUser(uint user) => File.WriteAllText(UserPath, user.ToString(CultureInfo.InvariantCulture));

    internal uint? ReadUser() =>
        File.Exists(UserPath) && uint.TryParse(File.ReadAllText(UserPath), CultureInfo.InvariantCulture, out var user) ? user : null;

    /// <summary>What the job is kept in and reaches, for an agent that comes after this one.</summary>
    internal void WriteWalls(ShimWalls walls) => Write(WallsPath, walls, ShimJson.Default.ShimWalls);

    internal ShimWalls? ReadWalls() => Read(WallsPath, ShimJson.Default.ShimWalls);

    internal void WriteControl(ShimControl control) => Write(ControlPath, control, ShimJson.Default.ShimControl);

    internal ShimControl? ReadControl() => Read(ControlPath, ShimJson.Default.ShimControl);

    internal void WriteExit(ShimExit exit) => Write(ExitPath, exit, ShimJson.Default.ShimExit);

    internal ShimExit? ReadExit() => Read(ExitPath, ShimJson.Default.ShimExit);

    private static void Write<T>(string path, T value, JsonTypeInfo<T> type) => WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var handle = FileFacts.OpenFile(path);
            if (handle is null || RandomAccess.GetLength(handle) is not (> 0 and < MostBytes and var length))
            {
                return null;
            }

            var bytes = new byte[length];
            return JsonSerializer.Deserialize(bytes.AsSpan(0, RandomAccess.Read(handle, bytes, 0)), type);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
