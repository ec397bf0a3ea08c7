using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Tests;

/// <summary>Why a test cannot be had, saved or run.</summary>
public static class SavedTestErrors
{
    /// <summary><c>test.not_found</c>.</summary>
    public static Error NotFound { get; } = Error.NotFound("test.not_found", "This flow has no such test.");

    /// <summary><c>test.name_invalid</c>.</summary>
    public static Error NameInvalid { get; } =
        Error.Invalid("test.name_invalid", "name", $"A test needs a name of 1 to {SavedTest.NameLimit} on one line.");

    /// <summary><c>test.run_unfit</c>.</summary>
    public static Error RunUnfit(string reason) => Error.Conflict("test.run_unfit", reason);

    /// <summary><c>test.expected_invalid</c>.</summary>
    public static Error ExpectedInvalid { get; } =
        Error.Invalid("test.expected_invalid", "expected.status", "A test expects a run that is succeeded or failed.");

    /// <summary><c>test.answer_invalid</c>.</summary>
    public static Error AnswerInvalid(string path) =>
        Error.Invalid(
            "test.answer_invalid", $"answers.{path}",
            "An answer is succeeded, failed or unknown; one that is not succeeded needs an error with code and message.");

    /// <summary><c>test.too_large</c>.</summary>
    public static Error TooLarge { get; } =
        new(ErrorKind.TooLarge, "test.too_large", $"Input, answers and expectation of a test have up to {SavedTest.MaxCharacters / 1024 / 1024} MiB together.");

    /// <summary><c>test.too_many</c>.</summary>
    public static Error TooMany { get; } =
        Error.Conflict("test.too_many", $"A flow has up to {SavedTestService.MostPerFlow} tests. Delete one first.");
}
