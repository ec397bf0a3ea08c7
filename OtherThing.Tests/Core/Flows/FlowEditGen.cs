using System.Text.Json;
using CsCheck;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;

namespace OtherThing.Tests.Core.Flows;

/// <summary>Random acts on a small set of ids, so that many of them meet.</summary>
internal static class FlowEditGen
{
    private static readonly Gen<string> s_id = OneOf("a", "b", "c", "d", "e", "f", "g");
    private static readonly Gen<string> s_port = OneOf("out", "true", "false", "error");
    private static readonly Gen<string> s_field = OneOf("prompt", "model", "url", "value");
    private static readonly Gen<double> s_coordinate = Gen.Int[-2000, 2000].Select(value => value / 4.0);

    private static readonly Gen<JsonElement> s_value = Gen.OneOf(
        Gen.Int[-5, 5].Select(number => JsonElement.Parse(number.ToString(System.Globalization.CultureInfo.InvariantCulture))),
        OneOf("\"{{ input.a }}\"", "null", "true", "1.50", "[1,2,{\"k\":\"<b>ü</b>\"}]", "{\"z\":1,\"a\":2}").Select(text => JsonElement.Parse(text)));

    private static readonly Gen<FlowEdit> s_single = Gen.OneOf(
        Gen.Select(s_id, s_coordinate, s_coordinate, Gen.OneOf(Gen.Const((string?)null), s_id.Select(id => (string?)id)))
            .Select(FlowEdit (t) => new AddStep(new FlowStep { Id = t.Item1, Type = "data.set", Position = new(t.Item2, t.Item3), Parent = t.Item4 })),
        s_id.Select(FlowEdit (id) => new DeleteStep(id)),
        Gen.Select(s_id, s_coordinate, s_coordinate).Select(FlowEdit (t) => new MoveStep(t.Item1, t.Item2, t.Item3)),
        Gen.Select(s_id, s_id).Select(FlowEdit (t) => new NestStep(t.Item1, t.Item1 == t.Item2 ? null : t.Item2)),
        Gen.Select(s_id, Gen.String[0, 8]).Select(FlowEdit (t) => new RenameStep(t.Item1, t.Item2.Length == 0 ? null : t.Item2)),
        Gen.Select(s_id, s_field, s_value).Select(FlowEdit (t) => new ConfigureStep(t.Item1, t.Item2, t.Item3)),
        Gen.Select(s_id, s_field).Select(FlowEdit (t) => new ClearStepField(t.Item1, t.Item2)),
        Gen.Select(s_id, OneOf("fail", "continue", "branch"))
            .Select(FlowEdit (t) => new SetStepPolicy(t.Item1, StepPolicyField.OnError, JsonElement.Parse($"\"{t.Item2}\""))),
        Gen.Select(s_id, Gen.Int[1, 90])
            .Select(FlowEdit (t) => new SetStepPolicy(t.Item1, StepPolicyField.TimeoutSeconds, JsonElement.Parse($"{t.Item2}"))),
        Gen.Select(s_id, s_port, s_id).Select(FlowEdit (t) => new Connect(t.Item1, t.Item2, t.Item3)),
        Gen.Select(s_id, s_port, s_id).Select(FlowEdit (t) => new Connect(t.Item1, t.Item2, t.Item3)),
        Gen.Select(s_id, s_port, s_id).Select(FlowEdit (t) => new Disconnect(t.Item1, t.Item2, t.Item3)),
        Gen.Select(s_id, Gen.String[0, 5], s_coordinate)
            .Select(FlowEdit (t) => new PutNote(new FlowNote { Id = t.Item1, Text = t.Item2, Position = new(t.Item3, 0) })),
        s_id.Select(FlowEdit (id) => new DeleteNote(id)));

    public static Gen<FlowEdit> Any { get; } = Gen.Frequency(
        (9, s_single),
        (1, s_single.Array[1, 4].Select(FlowEdit (edits) => new BatchEdit(edits))));

    private static Gen<string> OneOf(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(at => choices[at]);
}
