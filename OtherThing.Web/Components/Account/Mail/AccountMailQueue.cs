using System.Threading.Channels;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Web.Components.Account.SignIn;

namespace OtherThing.Web.Components.Account.Mail;

/// <summary>The mail that somebody may ask for without signing in.</summary>
internal enum AccountMailKind
{
    ResetPassword,
    ConfirmAddress,
}

/// <summary>
/// Looks up and writes to whom a mail was asked for, off the request: the answer takes alike whether or not there is such an account, and
/// a mail server that is slow holds nobody up. When more is asked for than can wait, or one address is asked for too often, it is left out.
/// </summary>
internal sealed partial class AccountMailQueue(
    IServiceScopeFactory scopes, ILookupNormalizer addresses, ILogger<AccountMailQueue> logger) : BackgroundService
{
    private const int MostWaiting = 1_000;
    private const int MostPerAddress = 3;
    private static readonly TimeSpan s_perAddress = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_longestSending = TimeSpan.FromMinutes(1);

    private readonly Channel<(AccountMailKind Kind, string Address)> _waiting =
        Channel.CreateBounded<(AccountMailKind, string)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly PartitionedRateLimiter<(AccountMailKind Kind, string Address)> _limit =
        PartitionedRateLimiter.Create<(AccountMailKind Kind, string Address), string>(asked => RateLimitPartition.GetFixedWindowLimiter(
            $"{asked.Kind}:{SecretCode.Hash(asked.Address)}",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = MostPerAddress, Window = s_perAddress }));

    /// <summary>Asks for a mail; says nothing of whether it is sent.</summary>
    public void Ask(AccountMailKind kind, string? address)
    {
        if (string.IsNullOrWhiteSpace(address) || address.Length > AppSignInManager.MaxPassword)
        {
            return;
        }

        using var lease = _limit.AttemptAcquire((kind, addresses.NormalizeEmail(address.Trim())!));
        if (lease.IsAcquired && !_waiting.Writer.TryWrite((kind, address.Trim())))
        {
            LogFull(kind, MostWaiting);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _limit.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (kind, address) in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                patience.CancelAfter(s_longestSending);
                await using var scope = scopes.CreateAsyncScope();
                var letters = scope.ServiceProvider.GetRequiredService<AccountLetters>();
                await (kind == AccountMailKind.ResetPassword
                    ? letters.SendResetLinkAsync(address, patience.Token)
                    : letters.SendConfirmationAsync(address, patience.Token));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(exception, kind);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A mail ({Kind}) is not sent: {Most} wait already. Is Mail:Host slow?")]
    private partial void LogFull(AccountMailKind kind, int most);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail ({Kind}) was not sent")]
    private partial void LogFailed(Exception exception, AccountMailKind kind);
}
