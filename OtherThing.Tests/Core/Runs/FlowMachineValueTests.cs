using System.Globalization;
using OtherThing.Core.Runs;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Core.Runs.Flows;

namespace OtherThing.Tests.Core.Runs;

/// <summary>A value has one meaning, whichever step reads it.</summary>
public sealed class FlowMachineValueTests
{
    public static TheoryData<string> Dates => CaseFile.Ids("dates");

    [Theory]
    [MemberData(nameof(Dates))]
    public void Wait_UntilATimeThatAFilterTakes_WaitsForIt(string id)
    {
        var text = CaseFile.Find("dates", id).GetProperty("value").GetString()!;
        var flow =
            Flow([Step("start", "trigger.manual"), Step("wait", "logic.wait", """{"until":"{{ input.at }}"}"""),
                Set("filtered", """["{{ input.at | date: '%s' }}"]""")], "start->wait", "start->filtered");

        var run = new MachineDriver(flow, System.Text.Json.JsonSerializer.Serialize(new { at = text })).Start().RunToEnd();

        Assert.Equal(RunStatus.Succeeded, run.Machine.Status);
        var until = run.Journal.Last(step => step.Path == "wait").Output!.Value.GetProperty("waitedUntil").GetDateTime();
        var seconds = run.Journal.Last(step => step.Path == "filtered").Output!.Value[0].GetString();
        Assert.Equal(Math.Floor((until - DateTime.UnixEpoch).TotalSeconds).ToString(CultureInfo.InvariantCulture), seconds);
    }

    [Theory]
    [InlineData("data.set", """{"value":{"deep":["{{ input.none.x }}"]}}""", "config.value.deep[0]")]
    [InlineData("logic.if", """{"condition":"input.day > 1"}""", "config.condition")]
    [InlineData("logic.wait", """{"until":"{{ input.day }}"}""", "config.until")]
    [InlineData("logic.wait", """{"seconds":"{{ input.many }}"}""", "config.seconds")]
    public void Begin_ConfigThatDoesNotFitTheValues_NamesTheFieldAtFault(string type, string config, string field)
    {
        var run = new MachineDriver(Flow([Step("start", "trigger.manual"), Step("it", type, config)], "start->it"), """{"day":"soon","many":-1}""").Start()
            .RunToEnd();

        var error = run.Journal.Last(step => step.Path == "it").Error;
        Assert.Equal(field, error?.Field);
        Assert.DoesNotContain("it.config", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wait_UntilUnixSeconds_AsTheFilterTakesThem()
    {
        var flow = Flow([Step("start", "trigger.manual"), Step("wait", "logic.wait", """{"until":"{{ input.at }}"}""")], "start->wait");

        var run = new MachineDriver(flow, """{"at":1773039909}""").Start().RunToEnd();

        Assert.Equal(new DateTime(2026, 3, 9, 7, 5, 9, DateTimeKind.Utc), run.Now);
    }

    [Theory]
    [InlineData("1.0", "[1,2]", "1")]
    [InlineData("1e0", "[2,1]", "1")]
    [InlineData("10", "[1e1]", "1e1")]
    [InlineData("-0", "[0.0]", "0.0")]
    [InlineData("0.10", "[0.1]", "0.1")]
    [InlineData("9007199254740993", "[9007199254740992,9007199254740993.0]", "9007199254740993.0")]
    [InlineData("123456789012345678901234567890123456789", "[123456789012345678901234567890123456788]", "default")]
    [InlineData("0.1234567890123456789012345678901", "[0.1234567890123456789012345678902]", "default")]
    [InlineData("1e400", "[1e401,10e399]", "10e399")]
    [InlineData("1e99999999999999999999", "[1,1e99999999999999999999]", "1e99999999999999999999")]
    [InlineData("\"1\"", "[1]", "1")]
    [InlineData("\"1.0\"", "[1]", "default")]
    [InlineData("true", "[false,true]", "true")]
    [InlineData("null", "[null]", "null")]
    public void Switch_Numbers_AreTheSameWhenTheyAreWorthTheSame(string value, string cases, string port)
    {
        var flow = Flow([Step("start", "trigger.manual"), Step("way", "logic.switch", $$$"""{"value":"{{ input.v }}","cases":{{{cases}}}}""")], "start->way");

        var run = new MachineDriver(flow, $$"""{"v":{{value}}}""").Start().RunToEnd();

        Assert.Equal(port, run.Journal.Last(step => step.Path == "way").Port);
    }

    [Theory]
    [InlineData("input.v == 123456789012345678901234567890", "123456789012345678901234567890", true)]
    [InlineData("input.v == 123456789012345678901234567891", "123456789012345678901234567890", false)]
    [InlineData("input.v < 123456789012345678901234567891", "123456789012345678901234567890", true)]
    [InlineData("input.v == 1", "1.0", true)]
    [InlineData("input.v == 0.1", "1e-1", true)]
    [InlineData("input.v == input.v", "1e400", true)]
    [InlineData("input.v contains 2", "[1.0,2.0]", true)]
    public void Condition_Numbers_AreComparedToTheLastDigit(string condition, string value, bool holds)
    {
        var flow = Flow([Step("start", "trigger.manual"), Step("if", "logic.if", $$"""{"condition":"{{condition}}"}""")], "start->if");

        var run = new MachineDriver(flow, $$"""{"v":{{value}}}""").Start().RunToEnd();

        Assert.Equal(holds ? "true" : "false", run.Journal.Last(step => step.Path == "if").Port);
    }
}
