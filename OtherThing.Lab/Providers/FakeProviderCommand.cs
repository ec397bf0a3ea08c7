using System.CommandLine;

namespace OtherThing.Lab.Providers;

/// <summary><c>fake-provider --port N</c>: a provider that costs nothing, for trying flows and for black-box tests.</summary>
internal static class FakeProviderCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port on loopback; 0 takes a free one." };
        var command = new Command("fake-provider", "Speaks OpenAI's and Anthropic's wire formats and counts calls.") { port };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var provider = await FakeProvider.StartAsync(parsed.GetValue(port), cancellationToken);
            Console.WriteLine($"OpenAI-compatible: {provider.OpenAiUrl}");
            Console.WriteLine($"Anthropic:         {provider.AnthropicUrl}");
            Console.WriteLine($"Calls so far:      {new Uri(provider.AnthropicUrl, "calls")}");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl+C is the way to end it.
            }

            return 0;
        });
        return command;
    }
}
