using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using OtherThing.Lab.Processes;

namespace OtherThing.Tests.Support;

/// <summary>
/// How long a test waits for what ought to come. Every wait of the tests ends here, those of browsers and components too: only a hang takes as
/// long. What must not come is never waited for by time; an event after which it would have come is.
/// </summary>
public static class Patience
{
    public static TimeSpan Limit => Until.Limit;

    /// <summary><see cref="Limit"/> as browsers want it.</summary>
    public static float Milliseconds => (float)Limit.TotalMilliseconds;

    /// <summary>How long a client waits for an answer: longer than the server may be asked to wait with it.</summary>
    public static TimeSpan OfAnAnswer => 2 * Limit;

    /// <summary>The task's result; a hang fails.</summary>
    public static Task<T> WithPatience<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="WithPatience{T}(Task{T})"/>
    public static Task WithPatience(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <summary>The next of a channel; a hang fails.</summary>
    public static Task<T> NextAsync<T>(this System.Threading.Channels.ChannelReader<T> reader) =>
        reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WithPatience();

    /// <summary>Waits for what has no event to wait for.</summary>
    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    /// <summary>The same; what was seen in place of it is told at the end.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, Func<string> what)
    {
        try
        {
            await UntilAsync(holds, "it held");
        }
        catch (TimeoutException vain)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s until {what()}.", vain);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    public static Task UntilAsync(Func<Task<bool>> holds, string what) => Until.HoldsAsync(holds, what, TestContext.Current.CancellationToken);

    /// <summary>What is read, once it is as expected.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> holds, string what)
    {
        T? found = default;
        await UntilAsync(async () => holds(found = await read()), what);
        return found!;
    }

    [ModuleInitializer]
    internal static void TellTheOthers()
    {
        Assertions.SetDefaultExpectTimeout(Milliseconds);
        Bunit.BunitContext.DefaultWaitTimeout = Limit;
    }
}
