using System.Text.Json;
using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Steps;

namespace OtherThing.Tests.Core.Flows.Exchange;

public sealed class N8nImportTests
{
    private static readonly string[] s_types =
    [
        "n8n-nodes-base.set", "n8n-nodes-base.if", "n8n-nodes-base.switch", "n8n-nodes-base.merge", "n8n-nodes-base.httpRequest", "n8n-nodes-base.code",
        "n8n-nodes-base.webhook", "n8n-nodes-base.scheduleTrigger", "n8n-nodes-base.wait", "n8n-nodes-base.noOp", "n8n-nodes-base.slack",
        "@n8n/n8n-nodes-langchain.agent",
    ];

    private static readonly Gen<string> s_workflow = Gen.Select(Gen.Int[1, 25], Gen.Int, Gen.Int[0, 60]).Select((count, seed, links) =>
    {
        var random = new Random(seed);
        var nodes =
            Enumerable.Range(0, count)
                .Select(
                    i => new
                    {
                        name = $"Step {i} \"é\"",
                        type = s_types[random.Next(s_types.Length)],
                        position = new[]
                    { random.Next(-900, 900), i },
                        parameters = new { }
                    });
        var connections = Enumerable.Range(0, links).Select(_ => (From: random.Next(count), Output: random.Next(3), To: random.Next(count)))
            .GroupBy(link => link.From).ToDictionary(group => $"Step {group.Key} \"é\"", group => new
            {
                main = Enumerable.Range(0, 3).Select(
                    output => group.Where(link => link.Output == output).Select(link => new { node = $"Step {link.To} \"é\"", type = "main", index = 0 })),
            });
        return JsonSerializer.Serialize(new { nodes, connections });
    });

    [Fact]
    public void AnyWorkflow_KeepsEveryStepAndConnection() => s_workflow.Sample(
        text =>
        {
            var imported = FlowImport.Read(text).Value;
            var workflow = JsonElement.Parse(text);
            var nodes = workflow.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("name").GetString()!).ToList();
            var pairs = workflow.GetProperty("connections").EnumerateObject()
                .SelectMany(
                    from =>
                        from.Value.GetProperty("main").EnumerateArray().SelectMany(output => output.EnumerateArray()).Select(
                            to => (From: from.Name, To: to.GetProperty("node").GetString()!)))
                .ToHashSet();

            Assert.Equal(nodes, imported.Definition.Steps.Select(step => step.Name));
            var names = imported.Definition.Steps.ToDictionary(step => step.Id, step => step.Name!);
            Assert.Equal(pairs, imported.Definition.Connections.Select(connection => (names[connection.From], names[connection.To])).ToHashSet());
            Assert.All(imported.Definition.Connections, connection =>
            {
                var from = imported.Definition.Steps.Single(step => step.Id == connection.From);
                Assert.Contains(connection.Port, StepCatalog.Find(from.Type)!.Ports(from));
            });
            var file = FlowFile.Write("a", "", imported.Definition);
            Assert.Equal(file, FlowFile.Write("a", "", FlowImport.Read(file).Value.Definition));
        },
        iter: 200);

    [Fact]
    public void SupportWebhook_IsMapped()
    {
        var flow = FlowImport.Read(Corpus.Text("n8n-support-webhook")).Value;

        Assert.Equal((ImportSource.N8n, "Route support mail"), (flow.Source, flow.Name));
        Assert.Equal("## Support\nEvery mail comes through here.", Assert.Single(flow.Definition.Notes).Text);
        var fields = Config(flow, "pick_fields").GetProperty("value");
        Assert.Equal("{{ input.body.subject | strip }}", fields.GetProperty("subject").GetString());
        Assert.Equal("{{ input.body[\"from address\"] }}", fields.GetProperty("from").GetProperty("address").GetString());
        Assert.Equal("{{ $json.body.priority > 3 }}", fields.GetProperty("urgent").GetString());
        Assert.Equal("{{ input.body.lines | size }}", fields.GetProperty("lines").GetString());
        Assert.Equal("{% raw %}mail {{ not a template }}{% endraw %}", fields.GetProperty("kind").GetString());
        Assert.Equal(
            "steps.pick_fields.subject contains \"invoice\" and steps.pick_fields.lines >= 2",
            Config(flow, "is_it_an_invoice").GetProperty("condition").GetString());
        var http = flow.Definition.Steps.Single(step => step.Id == "book_it");
        Assert.Equal("https://books.example.org/api/{{ steps.pick_fields.lines }}/entries", http.Config.GetProperty("url").GetString());
        Assert.Equal("""{"title":"{{ steps.pick_fields.subject }}","who":"{{ input.body.name }}"}""", http.Config.GetProperty("body").GetRawText());
        Assert.Equal((3, 2.5, OnError.Branch), (http.Retry!.Max, http.Retry.BackoffSeconds, http.OnError));
        Assert.Equal(["true", "false"], Ports(flow, "is_it_an_invoice"));
        Assert.Equal(["out", "error"], Ports(flow, "book_it"));
        Assert.Equal(
            "#support",
            Config(flow, "tell_the_team").GetProperty("settings").GetProperty("parameters").GetProperty("channelId").GetProperty("value").GetString());
        Assert.Equal("placeholder", flow.Definition.Steps.Single(step => step.Id == "tell_the_team").Type);
        Assert.Contains(flow.Remarks, remark => remark.StepId == "pick_fields" && remark.Message.Contains("$json.body.priority > 3", StringComparison.Ordinal));
        var problems = FlowValidator.Validate(flow.Definition);
        Assert.Contains(problems, problem => problem.Path == "steps.tell_the_team.type");
        Assert.Contains(problems, problem => problem.Path == "steps.pick_fields.config.value.urgent");
    }

    [Fact]
    public void CleanLoop_IsAContainer()
    {
        var flow = FlowImport.Read(Corpus.Text("n8n-nightly-loop")).Value;

        Assert.Equal(
            ["add_up", "line_of_the_report", "slow_down"], flow.Definition.Steps.Where(step => step.Parent == "one_by_one").Select(step => step.Id).Order());
        Assert.Equal("{{ steps.open_orders.body }}", Config(flow, "one_by_one").GetProperty("items").GetString());
        Assert.Equal("{{ item | json }}", Config(flow, "add_up").GetProperty("stdin").GetString());
        Assert.Equal(
            "{{ steps.add_up.stdout | parse_json | map: \"total\" | first }}",
            Config(flow, "line_of_the_report").GetProperty("value").GetProperty("total").GetString());
        Assert.Equal(2, Config(flow, "slow_down").GetProperty("seconds").GetDouble());
        Assert.Equal(5, flow.Definition.Connections.Count); // seven, less one into the container and one back
        Assert.DoesNotContain(FlowValidator.Validate(flow.Definition), problem => problem.Field is "connections" or "parent");
    }

    [Fact]
    public void TangledLoop_StaysACircleTheValidatorNames()
    {
        var text = Corpus.Text("n8n-nightly-loop").Replace(
            "\"Open orders\": { \"main\": [[", "\"Open orders\": { \"main\": [[{ \"node\": \"Slow down\", \"type\": \"main\", \"index\": 0 }, ",
            StringComparison.Ordinal);

        var flow = FlowImport.Read(text).Value;

        Assert.Equal("placeholder", flow.Definition.Steps.Single(step => step.Id == "one_by_one").Type);
        Assert.Equal(8, flow.Definition.Connections.Count);
        Assert.Contains(FlowValidator.Validate(flow.Definition), problem => problem.Field == "connections");
    }

    [Fact]
    public void Agent_TakesItsModelsSettings()
    {
        var flow = FlowImport.Read(Corpus.Text("n8n-agent")).Value;

        var chat = Config(flow, "ai_agent");
        Assert.Equal(
            """{"provider":"openai","model":"gpt-4o-mini","system":"You answer in one sentence.","prompt":"Question: {{ input.chatInput }}","temperature":0.2,"maxTokens":300}""",
            chat.GetRawText());
        Assert.Equal("{{ steps.ai_agent.text }}", Config(flow, "what_did_it_say").GetProperty("value").GetString());
        Assert.Equal(["yes", "no", "default"], Ports(flow, "what_did_it_say"));
        Assert.Contains(flow.Definition.Connections, connection => connection is { From: "calculator", Port: "ai_tool", To: "ai_agent" });
        Assert.Equal((11, 11), (flow.Definition.Steps.Count, flow.Definition.Connections.Count));
    }

    [Fact]
    public void OldWorkflow_IsMapped()
    {
        var flow = FlowImport.Read(Corpus.Text("n8n-old")).Value;

        Assert.Equal("""{"metric":true}""", JsonSerializer.Serialize(new { metric = Config(flow, "set").GetProperty("value").GetProperty("metric") }));
        Assert.Equal("https://weather.example.org/{{ steps.set.city }}", Config(flow, "http_request").GetProperty("url").GetString());
        Assert.Equal("steps.http_request.body.temperature > 25", Config(flow, "if").GetProperty("condition").GetString());
        Assert.Equal("[10,20]", Config(flow, "switch").GetProperty("cases").GetRawText());
        Assert.Equal("{{ new Date().toISOString() }}", Config(flow, "stamp").GetProperty("value").GetProperty("when").GetString());
        Assert.Equal(OnError.Continue, flow.Definition.Steps.Single(step => step.Id == "stamp").OnError);
        Assert.Equal("placeholder", flow.Definition.Steps.Single(step => step.Id == "execute_command").Type);
        Assert.Equal(9, flow.Definition.Connections.Count);
    }

    [Theory]
    [InlineData("={{ $json.a }}", "{{ steps.before.a }}")]
    [InlineData("={{ $json?.a?.[\"b c\"][2] }}", "{{ steps.before.a[\"b c\"][2] }}")]
    [InlineData("={{ $('Before').first().json.a.toUpperCase().trim() }}", "{{ steps.before.a | upcase | strip }}")]
    [InlineData("={{ $input.item.json.list.join(', ') }}", "{{ steps.before.list | join: \", \" }}")]
    [InlineData("={{ JSON.stringify($json) }}", "{{ steps.before | json }}")]
    [InlineData("={{ Number($json.n) }} of {{ $execution.id }}", "{{ steps.before.n | to_number }} of {{ run.id }}")]
    [InlineData("={{ 'a' }}{{ 1.5 }}", "{{ \"a\" }}{{ 1.5 }}")]
    [InlineData("plain {{ $json.a }}", "{% raw %}plain {{ $json.a }}{% endraw %}")]
    [InlineData("={{ $json.a ?? 'x' }}", "{{ $json.a ?? 'x' }}")]
    [InlineData("={{ $json.a.map(x => x.b) }}", "{{ $json.a.map(x => x.b) }}")]
    [InlineData("={{ $jsonfoo.a }}", "{{ $jsonfoo.a }}")]
    [InlineData("={{ $('Nobody').item.json.a }}", "{{ $('Nobody').item.json.a }}")]
    public void Expression_IsTurnedOnlyWhereExact(string theirs, string ours)
    {
        var workflow = JsonSerializer.Serialize(new
        {
            nodes = new object[]
            {
                new { name = "Before", type = "n8n-nodes-base.slack" },
                new { name = "It", type = "n8n-nodes-base.set", parameters = new
                { assignments = new { assignments = new[] { new { name = "v", type = "string", value = theirs } } } } },
            },
            connections = new { Before = new { main = new[] { new[] { new { node = "It" } } } } },
        });

        Assert.Equal(ours, Config(FlowImport.Read(workflow).Value, "it").GetProperty("value").GetProperty("v").GetString());
    }

    private static JsonElement Config(ImportedFlow flow, string id) => flow.Definition.Steps.Single(step => step.Id == id).Config;

    private static IEnumerable<string> Ports(ImportedFlow flow, string id) =>
        flow.Definition.Connections.Where(connection => connection.From == id).Select(connection => connection.Port);
}
