using System.Globalization;
using System.Net;
using OtherThing.Core.Egress;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>
/// Sends one call of a provider: holds it to the origin the key is bound to and knows how far it got. Nothing behind it sees the key that a
/// server sends back: of an answer only its status, the time it asks to wait and its redacted body get through.
/// </summary>
/// <param name="transport">The way there.</param>
/// <param name="refuse">Why an address is none that the call may go to; null when it is one.</param>
/// <param name="redactor">Takes the key out of what comes back.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProviderTap(HttpMessageInvoker transport, Func<Uri, string?> refuse, SecretRedactor redactor, TimeProvider clock)
{
    private const int MaxErrorBytes = 16 * 1024;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    /// <summary>The status the provider answered with; null while it has not answered.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>The body of an error answer.</summary>
    public byte[] ErrorBody { get; private set; } = [];

    /// <summary>How long the provider asked to wait; null when it named no time.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>True when no byte of the request can have reached the provider.</summary>
    public bool NothingSent { get; private set; } = true;

    /// <summary>Why there was no connection.</summary>
    public string? Unreachable { get; private set; }

    /// <summary>Sends the request.</summary>
    /// <returns>The body of a good answer, which the caller disposes; null when the provider refused or failed.</returns>
    /// <exception cref="HttpRequestException">There was no connection, or it broke.</exception>
    public async Task<RedactedBody?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if ((Unreachable = refuse(uri)) is not null)
        {
            throw new HttpRequestException(Unreachable);
        }

        try
        {
            NothingSent = false;
            var response = await transport.SendAsync(request, cancellationToken);
            Status = response.StatusCode;
            RetryAfter = WaitOf(response);
            if (response.IsSuccessStatusCode)
            {
                return new RedactedBody(response, await response.Content.ReadAsStreamAsync(cancellationToken), redactor.NewStream());
            }

            using (response)
            {
                ErrorBody = redactor.Redact(await ReadErrorAsync(response, cancellationToken));
            }

            return null;
        }
        catch (HttpRequestException failure) when (
            failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            || failure.InnerException is IOException { InnerException: null } and not HttpIOException)
        {
            var explained = EgressClient.Explain(uri, failure, sent: false);
            (NothingSent, Unreachable) = (explained.NothingSent, explained.Error!.Message);
            throw;
        }
    }

    private static async Task<byte[]> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        await using var error = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[4096];
        int read;
        while (kept.Length < MaxErrorBytes && (read = await error.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }

    // The finer of the two headers counts; either may have fractions, which .NET's own reader does not take.
    private TimeSpan? WaitOf(HttpResponseMessage response)
    {
        var (milliseconds, after) = (HeaderOf(response, "retry-after-ms"), HeaderOf(response, "Retry-After"));
        return Number(milliseconds) is { } exact ? Wait(exact / 1000)
            : Number(after) is { } seconds ? Wait(seconds)
            : DateTimeOffset.TryParse(after, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date - clock.GetUtcNow() is var wait
                && wait > TimeSpan.Zero ? Wait(wait.TotalSeconds)
            : null;
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static double? Number(string? text) =>
        double.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;

    private static TimeSpan Wait(double seconds) => seconds < s_longestWait.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_longestWait;
}
