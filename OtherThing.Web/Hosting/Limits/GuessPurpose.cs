namespace OtherThing.Web.Hosting.Limits;

/// <summary>What somebody may be guessing at; each is counted by itself, so that a flood on one closes no other.</summary>
internal enum GuessPurpose
{
    SignIn,
    SecondStep,
    ConfirmAgain,
    Register,
    ForgottenPassword,
    MailedLink,
    Refresh,
    OwnAccount,
    JoinCode,
    ClaimCode,
}

/// <summary>On a page or an endpoint that takes a secret: which.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class GuessesAttribute(GuessPurpose purpose) : Attribute
{
    public GuessPurpose Purpose { get; } = purpose;
}

internal static class Guesses
{
    /// <summary>Counts the calls of an endpoint as guesses, by address and by account.</summary>
    public static TBuilder CountsAs<TBuilder>(this TBuilder endpoint, GuessPurpose purpose)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new GuessesAttribute(purpose));
}
