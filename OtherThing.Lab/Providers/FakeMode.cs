namespace OtherThing.Lab.Providers;

/// <summary>How a fake provider behaves; also chosen per call by the model <c>fake-{mode}</c> in lower snake case.</summary>
public enum FakeMode
{
    /// <summary>Answers.</summary>
    Answer,

    /// <summary>429 with Retry-After: 2.</summary>
    TooMany,

    /// <summary>503 without Retry-After.</summary>
    Unavailable,

    /// <summary>500 whose message holds the key it was called with.</summary>
    Fail,

    /// <summary>Answers a word every <see cref="FakeProvider.Pace"/>.</summary>
    Slow,

    /// <summary>Closes the connection half-way through the answer.</summary>
    CutHalfWay,

    /// <summary>Ends the answer half-way without saying that it is done.</summary>
    EndHalfWay,

    /// <summary>Closes the connection before any answer.</summary>
    NoAnswer,

    /// <summary>Status 200 with a body that is no answer.</summary>
    WrongJson,

    /// <summary>Answers without usage.</summary>
    NoUsage,

    /// <summary>307 to another host.</summary>
    Redirect,
}
