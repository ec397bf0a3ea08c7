using System.Text.Json;
using OtherThing.Agent.Machine;

namespace OtherThing.Agent.Policies;

/// <summary>The policy on disk. A file that cannot be read allows nothing, rather than everything.</summary>
internal sealed class PolicyFile(string directory)
{
    private static readonly LocalPolicy s_nothing = new() { Kinds = [], Paused = true };

    internal string Path { get; } = System.IO.Path.Combine(directory, "policy.json");

    internal (LocalPolicy Policy, string? Problem) Read()
    {
        try
        {
            if (!File.Exists(Path))
            {
                return (new LocalPolicy(), null);
            }

            var policy = JsonSerializer.Deserialize(WholeFile.Read(Path), PolicyJson.Default.LocalPolicy);
            var problems = policy?.Problems().ToArray() ?? ["the file is empty."];
            return problems.Length == 0 ? (policy!, null) : (s_nothing, $"{Path}: {string.Join(" ", problems)}");
        }
        catch (Exception ex) when (ex is JsonException or IOException or UnauthorizedAccessException)
        {
            return (s_nothing, $"{Path} cannot be read: {ex.Message}");
        }
    }

    internal void Write(LocalPolicy policy)
    {
        Directory.CreateDirectory(directory);
        WholeFile.Write(Path, JsonSerializer.SerializeToUtf8Bytes(policy, PolicyJson.Default.LocalPolicy));
    }

    internal DateTime Stamp() => File.GetLastWriteTimeUtc(Path);
}
