using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>A team's server exactly as README.md says, behind the system's nginx: only ports, names and files are the test's own.</summary>
public sealed partial class NginxTests(Chromium chromium)
{
    private const string Password = "Passw0rd!";

    private static readonly string[] s_places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"];
    private static readonly (int Https, int Http, int Grpc) s_ports = (ServerPlace.FreePort(), ServerPlace.FreePort(), ServerPlace.FreePort());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadmeRecipe_BehindNginx_BrowserSignsInNodeJoinsAndTheSampleRuns()
    {
        using var directory = new TestDirectory();
        var nginxPath = FindNginx();
        var installed = Path.Combine(directory.Path, "server");
        await Published.ServerAsync(installed);
        var certificate = MakeCertificate(directory.Path);
        await using var nginx = ChildProcess.Start(directory.Path, nginxPath, ["-p", directory.Path, "-e", "stderr", "-c", WriteSite(directory.Path)]);
        await using var server = ChildProcess.Start(installed, "dotnet", [Path.Combine(installed, "OtherThing.Web.dll")], UnitEnvironment(directory.Path));
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint },
        })
        { BaseAddress = new Uri($"https://localhost:{s_ports.Https}") };
        await Until.HoldsAsync(() => IsReadyAsync(client, nginx, server), "the server is ready behind nginx", Cancel);

        Assert.Equal(
            client.BaseAddress.ToString().TrimEnd('/'),
            (await client.GetFromJsonAsync<JsonElement>("/.well-known/otherthing", Cancel)).GetProperty("grpc").GetString());
        await SignInByBrowserAsync(client.BaseAddress, SetupCode().Match(server.Said).Groups["code"].Value);
        var run = await RunSampleOnNodeAsync(client, directory.Path);

        Assert.True(run.GetProperty("status").GetString() == "succeeded", run.ToString());
        Assert.Contains(run.GetProperty("steps").EnumerateArray(), step =>
            step.GetProperty("type").GetString() == "node.command" && step.GetProperty("status").GetString() == "succeeded");
    }

    private static string FindNginx()
    {
        if (Array.Find(s_places, File.Exists) is { } path)
        {
            return path;
        }

        const string Missing = "No nginx on this machine: eng/test installs it where it may.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(Missing);
        }

        Assert.Skip(Missing);
        return "";
    }

    /// <summary>For the names of the README, and an authority of its own, so that agents can be told to trust it.</summary>
    private static X509Certificate2 MakeCertificate(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        File.WriteAllText(Path.Combine(directory, "site.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "site.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    /// <summary>The README's lines, in the frame that Debian's nginx.conf is.</summary>
    private static string WriteSite(string directory)
    {
        var site = Readme.Block("nginx", "grpc_pass")
            .Put($"listen 127.0.0.1:{s_ports.Https} ssl", "listen 443 ssl")
            .Put("server_name localhost", "server_name flows.example.org")
            .Put(Path.Combine(directory, "site.pem"), "/etc/ssl/flows.example.org.pem")
            .Put(Path.Combine(directory, "site.key"), "/etc/ssl/flows.example.org.key")
            .Put($"127.0.0.1:{s_ports.Http}", "127.0.0.1:5080")
            .Put($"127.0.0.1:{s_ports.Grpc}", "127.0.0.1:5081");
        var user = Environment.UserName == "root" ? "user root;" : "";
        var folders = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"{kind}_temp_path {directory}/{kind};\n"));
        var path = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(path, $"{user} daemon off; pid {directory}/nginx.pid; events {{}}\nhttp {{ access_log off;\n{folders}\n{site}\n}}\n");
        return path;
    }

    /// <summary>The Environment lines of the README's unit.</summary>
    private static IEnumerable<(string Key, string Value)> UnitEnvironment(string directory)
    {
        var passphrase = Path.Combine(directory, "key-ring");
        File.WriteAllText(passphrase, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var unit = Readme.Block("ini", "[Service]")
            .Put(Path.Combine(directory, "data"), "/var/lib/otherthing")
            .Put(passphrase, "/etc/otherthing/key-ring")
            .Put("AllowedHosts=localhost", "AllowedHosts=flows.example.org");
        return
        [
            .. unit.Split('\n')
                .Where(line => line.StartsWith("Environment=", StringComparison.Ordinal))
                .Select(line => line["Environment=".Length..].Split('=', 2))
                .Select(pair => (pair[0], pair[1])),
            ("OtherThing__HttpPort", $"{s_ports.Http}"),
            ("OtherThing__GrpcPort", $"{s_ports.Grpc}"),
        ];
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, ChildProcess nginx, ChildProcess server)
    {
        nginx.MustLive();
        server.MustLive();
        try
        {
            using var answer = await client.GetAsync("/health/ready", Cancel);
            return answer.IsSuccessStatusCode && SetupCode().IsMatch(server.Said);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Makes the first account, and signs in to it in a browser that knows nothing of it; then something that needs the WebSocket.</summary>
    private async Task SignInByBrowserAsync(Uri address, string setupCode)
    {
        await using (var first = await OpenAsync(address))
        {
            var page = await first.NewPageAsync();
            await page.GotoAsync("/account/register");
            await page.GetByLabel("Setup code").FillAsync(setupCode);
            await page.GetByLabel("E-mail address").FillAsync("first@example.org");
            await page.GetByLabel("Password").FillAsync(Password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "New workspace" }).First.WaitForAsync();
        }

        await using var context = await OpenAsync(address);
        var again = await context.NewPageAsync();
        await again.GotoAsync("/");
        await again.GetByLabel("E-mail address").FillAsync("first@example.org");
        await again.GetByLabel("Password").FillAsync(Password);
        await again.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await again.GetByRole(AriaRole.Button, new() { Name = "New workspace" }).First.ClickAsync();
        await again.GetByLabel("Name", new() { Exact = true }).FillAsync("Workshop");
        await again.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await again.GetByRole(AriaRole.Tab, new() { Name = "Flows" }).First.WaitForAsync();

        Assert.StartsWith(address.ToString(), again.Url, StringComparison.Ordinal);
        Assert.Contains(await context.CookiesAsync(), cookie => cookie is { Name: "__Host-otherthing", Secure: true, HttpOnly: true });
    }

    private Task<IBrowserContext> OpenAsync(Uri address) => chromium.OpenAsync(address, new() { IgnoreHTTPSErrors = true });

    private static async Task<JsonElement> RunSampleOnNodeAsync(HttpClient client, string directory)
    {
        var signedIn = await PostAsync(client, "/auth/login", new { email = "first@example.org", password = Password });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.GetProperty("accessToken").GetString());
        var workspace = (await ListAsync(client, "/workspaces"))[0].GetProperty("id").GetString();
        var joined = await PostAsync(client, "/nodes/join-tokens", new { name = "node" });
        await using var agent = ChildProcess.Start(
            directory,
            "dotnet",
            [
                Path.Combine(BuildOutput.Agent, "otherthing-node.dll"), "run", "--server", client.BaseAddress!.ToString().TrimEnd('/'),
                "--join-token", joined.GetProperty("token").GetString()!, "--name", "node", "--data", Path.Combine(directory, "node"), "--allow", "command",
            ],
            ("SSL_CERT_FILE", Path.Combine(directory, "site.pem")));
        string? node = null;
        await Until.HoldsAsync(
            async () =>
            {
                agent.MustLive();
                node = (await ListAsync(client, "/my-nodes")).Where(known => known.GetProperty("status").GetString() == "ready")
                    .Select(known => known.GetProperty("id").GetString()).FirstOrDefault();
                return node is not null;
            },
            "the node has joined", Cancel);
        await PostAsync(client, $"/nodes/{node}/workspaces", new { workspaceIds = new[] { workspace } });
        var sample = Assert.Single(await ListAsync(client, $"/workspaces/{workspace}/flows")).GetProperty("id").GetString();
        return await PostAsync(client, $"/workspaces/{workspace}/flows/{sample}/runs?wait=60", new { input = new { } });
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1" + path, body, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement[]> ListAsync(HttpClient client, string path) =>
        [.. (await client.GetFromJsonAsync<JsonElement>("/api/v1" + path, Cancel)).GetProperty("items").EnumerateArray()];

    /// <summary>As the console shows it.</summary>
    [GeneratedRegex(@"takes this code, once:\s+(?<code>[A-Z0-9]+(-[A-Z0-9]+)+)")]
    private static partial Regex SetupCode();
}
