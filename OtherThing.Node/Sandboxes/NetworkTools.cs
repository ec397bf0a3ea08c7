namespace OtherThing.Agent.Sandboxes;

/// <summary>The programs and the device that a network of a job's own is made with.</summary>
internal static class NetworkTools
{
    private const string Device = "/dev/net/tun";

    private static readonly (string Program, string Package)[] s_needed =
        [("slirp4netns", "slirp4netns"), ("ip", "iproute2"), ("nsenter", "util-linux"), ("unshare", "util-linux"), ("sh", "dash")];

    /// <summary>What has to be installed first, for people; null when nothing is missing.</summary>
    /// <param name="path">The folders where programs are, <c>:</c> between them.</param>
    internal static string? Missing(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "There are no networks for jobs on this system yet.";
        }

        var missing = s_needed.Where(tool => Find(tool.Program, path) is null).ToArray();
        return
            missing.Length > 0
                ? $"{string.Join(", ", missing.Select(tool => tool.Program))} {(missing.Length > 1 ? "are" : "is")} not installed; install "
                    + $"{string.Join(", ", missing.Select(tool => tool.Package).Distinct())}."
                :
            !File.Exists(Device) ? $"There is no {Device}; load the kernel module tun." :
            null;
    }

    internal static string? Find(string program, string path) =>
        path.Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
