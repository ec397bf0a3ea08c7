using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Nodes;

namespace OtherThing.Tests.Web.Nodes;

/// <summary>Which files of the agent a server offers.</summary>
public sealed class NodeDownloadsTests
{
    [Fact]
    public void List_NamesTheProgramAndItsPackagesWithTheirChecksums()
    {
        using var directory = new TestDirectory();
        var folder = Directory.CreateDirectory(Path.Combine(directory.Path, "artifacts", "node")).FullName;
        foreach (var name in new[] { "linux-x64", "linux-x64.deb", "linux-x64.tar.gz", "win-x64.exe", "linux-arm64.zip", "plan9-mips" })
        {
            File.WriteAllText(Path.Combine(folder, $"otherthing-node-{name}"), name);
        }

        var files = new NodeDownloads(new Place(directory.Path)).List();

        Assert.Equal(
            [
                ("linux-x64", NodePackage.Program, "otherthing-node"), ("linux-x64", NodePackage.Deb, "otherthing-node.deb"),
                ("linux-x64", NodePackage.Tar, "otherthing-node.tar.gz"), ("win-x64", NodePackage.Program, "otherthing-node.exe"),
            ],
            files.Select(file => (file.System, file.Package, file.FileName)));
        Assert.All(files, file => Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(file.Path)["otherthing-node-".Length..]))), file.Sha256));
    }

    private sealed class Place(string root) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Testing";

        public string ApplicationName { get; set; } = "OtherThing";

        public string ContentRootPath { get; set; } = root;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
