using System.Net;
using System.Net.Mail;
using Microsoft.Extensions.Options;

namespace OtherThing.Web.Components.Account.Mail;

/// <summary>How mail leaves this server; section <c>Mail</c>. Without a host none does.</summary>
public sealed class MailOptions
{
    public const string Section = "Mail";

    public string? Host { get; set; }

    public int Port { get; set; } = 587;

    public bool UseTls { get; set; } = true;

    public string? User { get; set; }

    public string? Password { get; set; }

    public string From { get; set; } = "otherthing@localhost";

    /// <summary>
    /// Where links in mail lead, <c>https://otherthing.example.org</c>; required with a host. It is never taken from a request, whose
    /// Host header anyone may write.
    /// </summary>
    public string? LinkBase { get; set; }
}

/// <summary>Sends the few messages accounts need.</summary>
internal sealed partial class AccountMail(IOptions<MailOptions> options, ILogger<AccountMail> logger)
{
    /// <summary>Whether this server can send mail at all.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(options.Value.Host);

    /// <summary>The start of every link, without a slash at the end.</summary>
    public string LinkBase => options.Value.LinkBase?.TrimEnd('/') ?? "";

    public async Task SendAsync(string to, string subject, string text, CancellationToken cancellationToken)
    {
        var mail = options.Value;
        if (!IsConfigured)
        {
            LogNotConfigured(subject);
            return;
        }

        using var client = new SmtpClient(mail.Host, mail.Port) { EnableSsl = mail.UseTls };
        if (!string.IsNullOrEmpty(mail.User))
        {
            client.Credentials = new NetworkCredential(mail.User, mail.Password);
        }

        using var message = new MailMessage(mail.From, to, subject, text);
        try
        {
            await client.SendMailAsync(message, cancellationToken);
        }
        catch (SmtpException exception)
        {
            // The caller's answer must not tell whether there is such an account.
            LogFailed(exception, subject);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Subject}' was not sent: set Mail:Host to let this server send mail")]
    private partial void LogNotConfigured(string subject);

    [LoggerMessage(Level = LogLevel.Error, Message = "'{Subject}' was not sent")]
    private partial void LogFailed(Exception exception, string subject);
}
