using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Components.Account;

/// <summary>
/// The code that the first account of a team's server takes, printed on the server's console: whoever finds the server first is not
/// its owner, whoever started it is. Each start makes a new one, until there is an account.
/// </summary>
internal sealed class SetupCode(ServerMode mode, IAccountStore accounts, IConfiguration configuration) : IHostedLifecycleService
{
    private readonly string _code = SecretCode.New();

    /// <summary>Whether an account made now takes the code.</summary>
    public async Task<bool> IsNeededAsync(CancellationToken cancellationToken) =>
        mode == ServerMode.Team && !await accounts.AnyAsync(cancellationToken);

    public bool Is(string? typed) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(SecretCode.Hash(SecretCode.Normalize(typed ?? ""))), Encoding.UTF8.GetBytes(SecretCode.Hash(_code)));

    /// <summary>What the console says; null when the code is not needed (any more).</summary>
    public async Task<string?> NoticeAsync(CancellationToken cancellationToken) => !await IsNeededAsync(cancellationToken) ? null : $"""

        There is no account yet. The first one takes this code, once:

            {string.Join('-', _code.Chunk(5).Select(part => new string(part)))}

        Enter it at https://{HostNames.Named(configuration)[0]}{Port}/account/register

        """;

    /// <summary>With a certificate of its own the server is reached at its own port; behind a proxy nobody here knows another than the usual one.</summary>
    private string Port =>
        !string.IsNullOrEmpty(configuration["Kestrel:Certificates:Default:Path"])
        && configuration.GetValue($"{ServerOptions.Section}:{nameof(ServerOptions.HttpPort)}", new ServerOptions().HttpPort) is not 443 and var port
            ? string.Create(CultureInfo.InvariantCulture, $":{port}")
            : "";

    /// <summary>On the console itself: a log may be kept, shipped and read by others.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await NoticeAsync(cancellationToken) is { } notice)
        {
            await Console.Out.WriteLineAsync(notice);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
