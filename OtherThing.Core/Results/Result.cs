using System.Diagnostics.CodeAnalysis;

namespace OtherThing.Core.Results;

/// <summary>Either a value or the <see cref="Error"/> that says why there is none.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Why there is no value; null on success.</summary>
    public Error? Error { get; }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The result is a refusal.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"No value: {Error}");

    /// <summary>A success.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The conversions are the way results are made.")]
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The conversions are the way results are made.")]
    public static implicit operator Result<T>(Error error) => new(default, error);

    /// <summary>For a value whose static type is an interface, where C# allows no conversion.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "Reads as Result<T>.Success(value) at its few uses.")]
    public static Result<T> Success(T value) => new(value, null);

    /// <summary>Takes the result apart: <c>if (!result.TryGet(out var run, out var error)) return error;</c></summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Error? error)
    {
        value = _value;
        error = Error;
        return Error is null;
    }
}
