using System.ComponentModel.DataAnnotations;

namespace OtherThing.Web.Hosting;

/// <summary>Where the server listens and keeps its data; section <c>OtherThing</c>.</summary>
public sealed class ServerOptions
{
    public const string Section = "OtherThing";

    /// <summary>Pages and REST. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int HttpPort { get; set; } = 5080;

    /// <summary>gRPC for nodes, cleartext HTTP/2. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int GrpcPort { get; set; } = 5081;

    [Required]
    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>The SQLite file, blobs and key rings.</summary>
    [Required]
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Outside Development: serve this machine only, over plain HTTP, and ask for none of what a team's server needs.</summary>
    public bool Trial { get; set; }

    /// <summary>Addresses of the proxies whose <c>X-Forwarded-*</c> to believe, with commas between.</summary>
    public string Proxies { get; set; } = "";

    /// <summary>In Development, starts the agent of this machine as a child process.</summary>
    public bool LocalNode { get; set; } = true;

    /// <summary>The data directory as an absolute path.</summary>
    public string DataPath => Path.GetFullPath(DataDirectory);
}
