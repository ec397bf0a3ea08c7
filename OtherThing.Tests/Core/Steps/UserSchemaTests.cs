using System.Text.Json;
using OtherThing.Core.Steps.Schemas;

namespace OtherThing.Tests.Core.Steps;

public class UserSchemaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task F17_Check_SchemaTimesValue_BeyondTheLimitIsSaidBeforeItIsDone()
    {
        var schema = Read("{\"items\":{\"allOf\":[" + string.Join(',', Enumerable.Repeat("{}", 500)) + "]}}");

        var problem = Assert.Single(await schema.CheckAsync(JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat("0", 20_000))}]"), Cancel));
        Assert.Empty(await schema.CheckAsync(JsonElement.Parse("[0,0,0]"), Cancel));

        Assert.Equal("it has 20,001 parts and the schema 503: together more than the 2,000,000 checks that are made", problem.Message);
    }

    [Fact]
    public async Task Check_SharedCases_FitOrNot()
    {
        var cases = new (string Schema, string Fits, string FitsNot)[]
        {
            ("""{"$defs":{"N":{"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#/$defs/N"}}},"required":["v"]}},"$ref":"#/$defs/N"}""",
                """{"v":1,"kids":[{"v":2,"kids":[]}]}""", """{"v":1,"kids":[{"v":"x"}]}"""),
            ("""{"type":"object","properties":{"k":{"const":"cat"}},"required":["k"]}""", """{"k":"cat"}""", """{"k":"dog"}"""),
            ("""{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["a"]}""", """{"a":null}""", """{"a":5}"""),
            ("""{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}""", """["a",1]""", """[1,"a"]"""),
            ("""{"type":"object","if":{"properties":{"t":{"const":"x"}},"required":["t"]},"then":{"required":["v"]}}""", """{"t":"y"}""", """{"t":"x"}"""),
            ("""{"type":"string","minLength":2,"maxLength":2}""", "\"😀😀\"", "\"😀\""),
            ("""{"minLength":5,"maxLength":5}""", "\"👨‍👩‍👧\"", "\"é\""),
            ("""{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":{"pattern":"^\\d+$"}}}""", """{"a":"12"}""", """{"a":"12\n"}"""),
            ("""{"patternProperties":{"^x_\\w+$":{"type":"integer"}},"properties":{"y":true},"additionalProperties":false}""", """{"x_a":1,"y":"z"}""",
                """{"x_a":1,"z":1}"""),
            ("""{"patternProperties":{"^x":{"type":"integer"}}}""", """{"x":1,"a":"b"}""", """{"x":"b"}"""),
            ("""{"allOf":[{"patternProperties":{"^x":true}}],"unevaluatedProperties":false}""", """{"x":1}""", """{"y":1}"""),
            ("""{"definitions":{"A":{"type":"string"}},"items":{"$ref":"#/definitions/A"}}""", """["a"]""", "[1]"),
            ("""{"$defs":{"A":{"$anchor":"here","type":"string"}},"items":{"$ref":"#here"}}""", """["a"]""", "[1]"),
            ("""{"$defs":{"a/b":{"type":"string"}},"items":{"$ref":"#/%24defs/a~1b"}}""", """["a"]""", "[1]"),
            ("""{"format":"date-time"}""", "\"2026-01-31T09:00:00Z\"", "\"yesterday\""),
            ("""{"format":"regex"}""", "\"^a+$\"", "\"(?=a)a\""),
            ("""{"properties":{"pattern":{"type":"string"},"$ref":{"type":"string"},"Type":{"type":"string"}}}""",
                """{"pattern":"(","$ref":"http://example.org/"}""", """{"$ref":1}"""),
        };

        foreach (var (schema, fits, fitsNot) in cases)
        {
            var read = Read(schema);

            Assert.Empty(await read.CheckAsync(JsonElement.Parse(fits), Cancel));
            Assert.NotEmpty(await read.CheckAsync(JsonElement.Parse(fitsNot), Cancel));
        }
    }

    [Theory]
    [InlineData(""".{3}""", "a😀b", true)]
    [InlineData("""^\w+$""", "naïve", false)]
    [InlineData("""^[\D]+$""", "a-b", true)]
    [InlineData("""^[\W]$""", "_", false)]
    [InlineData("""^[^]$""", "\n", true)]
    [InlineData("""[]""", "a", false)]
    [InlineData("""^[a-z-[aeiou]]$""", "[]", true)]
    [InlineData("""^\u{1F600}$""", "😀", true)]
    [InlineData("""^\A$""", "A", true)]
    [InlineData("""^a.b$""", "a\u2028b", false)]
    [InlineData("""^\p{L}+$""", "größe", true)]
    public async Task Pattern_EcmaScriptSemantics_AreKept(string pattern, string text, bool fits)
    {
        var schema = Read(JsonSerializer.Serialize(new { pattern }));

        Assert.Equal(fits, (await schema.CheckAsync(JsonSerializer.SerializeToElement(text), Cancel)).Count == 0);
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"$Ref":"#/x"}}}""", "/properties/a/$Ref: '$Ref' is no keyword; '$ref' is")]
    [InlineData("""{"Properties":{}}""", "/Properties: 'Properties' is no keyword; 'properties' is")]
    [InlineData("""{"$foo":1}""", "/$foo: Draft 2020-12 has no keyword")]
    [InlineData("""{"items":{"$ref":"#/$defs/none"}}""", "/items/$ref: This refers to '#/$defs/none', and there is no schema there")]
    [InlineData("""{"default":{"$ref":"http://127.0.0.1/"},"$ref":"#/default"}""", "/$ref: This refers to '#/default', and there is no schema there")]
    [InlineData("""{"type":"string","type":"string"}""", "'type' stands twice")]
    [InlineData("""{"pattern":"(?<=a)b"}""", "/pattern: '(?<=a)b' cannot be taken: look-ahead, look-behind")]
    [InlineData("""{"pattern":"(a)\\1"}""", "/pattern: '(a)\\1' cannot be taken")]
    [InlineData("""{"pattern":"("}""", "/pattern: '(' is no pattern: InsufficientClosingParentheses near character 2")]
    [InlineData("""{"pattern":"((a{1000}){1000}){1000}"}""", "cannot be taken")]
    [InlineData("""{"items":{"$schema":"https://json-schema.org/draft/2020-12/schema"}}""", "/items/$schema: Schemas are checked by draft 2020-12")]
    [InlineData("""{"items":[{"type":"string"}]}""", "/items: A schema is an object, true or false")]
    [InlineData("""{"minLength":"one"}""", "This is no JSON Schema of draft 2020-12: 'minLength' value must be a number")]
    [InlineData("""{"$ref":"#"}""", "without an end")]
    public void Problems_WrongSchema_NameThePlaceAndTheReason(string schema, string expected)
    {
        Assert.Contains(UserSchema.Problems(JsonElement.Parse(schema)), problem => problem.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.Null(UserSchema.Read(JsonElement.Parse(schema)).Schema);
    }

    [Theory]
    [InlineData("""{"enum":["{{ input.a }}"],"pattern":"{{ input.p }}"}""")]
    [InlineData("""{"properties":{"a":"{{ steps.schema }}"}}""")]
    public void Problems_TemplatesInASchema_AreLeftToTheRun(string schema) =>
        Assert.Empty(UserSchema.Problems(JsonElement.Parse(schema)));

    [Fact]
    public void Problems_TemplateAsReference_IsRefused() =>
        Assert.Single(UserSchema.Problems(JsonElement.Parse("""{"$ref":"{{ input.where }}"}""")));

    [Fact]
    public void F17_Problems_TooLargeSchema_IsRefusedWithItsLimit()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"not":""", 51)) + "true" + new string('}', 51);
        var wide = $$"""{"enum":[{{string.Join(',', Enumerable.Range(0, 10_001))}}]}""";
        var patterns = JsonSerializer.Serialize(new { patternProperties = Enumerable.Range(0, 201).ToDictionary(i => $"{i}", _ => true) });

        Assert.Contains("50 deep", Assert.Single(UserSchema.Problems(JsonElement.Parse(deep))).Message, StringComparison.Ordinal);
        Assert.Contains("10,000 values", Assert.Single(UserSchema.Problems(JsonElement.Parse(wide))).Message, StringComparison.Ordinal);
        Assert.Contains("200 patterns", Assert.Single(UserSchema.Problems(JsonElement.Parse(patterns))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}""")]
    [InlineData("""{"$defs":{"a":{"$dynamicAnchor":"x","anyOf":[{"type":"string"},{"$dynamicRef":"#x"}]}},"$ref":"#/$defs/a"}""")]
    public void F17_Problems_ReferencesWithoutAnEnd_AreSaidOnSave(string schema)
    {
        Assert.Contains("without an end", Assert.Single(UserSchema.Problems(JsonElement.Parse(schema))).Message, StringComparison.Ordinal);
        Assert.Null(UserSchema.Read(JsonElement.Parse(schema)).Schema);
    }

    [Fact]
    public async Task F17_Check_ReferencesWithoutAnEndForSomeValues_AreAnAnswerAndNoCrash()
    {
        var schema = Read("""{"dependentSchemas":{"a":{"$ref":"#"}}}""");

        Assert.Empty(await schema.CheckAsync(JsonElement.Parse("""{"b":1}"""), Cancel));
        Assert.Contains("without an end", Assert.Single(await schema.CheckAsync(JsonElement.Parse("""{"a":1}"""), Cancel)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("allOf", "$ref")]
    [InlineData("anyOf", "$ref")]
    [InlineData("oneOf", "$ref")]
    [InlineData("allOf", "$dynamicRef")]
    public void F17_Problems_ReferencesThatMultiply_AreSaidOnSave(string applicator, string reference)
    {
        var schema = JsonElement.Parse(Multiplying(30, (to, _) => $$"""{"{{applicator}}":[{"{{reference}}":"#{{to}}"},{"{{reference}}":"#{{to}}"}]}"""));

        Assert.Contains("multiply", Assert.Single(UserSchema.Problems(schema)).Message, StringComparison.Ordinal);
        Assert.Null(UserSchema.Read(schema).Schema);
    }

    public static TheoryData<string, string> Multipliers => new()
    {
        { Multiplying(30, (to, _) => $$"""{"prefixItems":[{"allOf":[{"$ref":"#{{to}}"},{"$ref":"#{{to}}"}]}]}"""), Nested(30, "[", "1", "]") },
        { Multiplying(30, (to, _) => $$$"""{"items":{"$ref":"#{{{to}}}"},"contains":{"$ref":"#{{{to}}}"}}"""), Nested(30, "[", "1", "]") },
        { Multiplying(30, (to, _) =>
            """{"properties":{"a":{"$ref":"#TO"}},"patternProperties":{"a":{"$ref":"#TO"}}}""".Replace("TO", to, StringComparison.Ordinal)), Nested(
            30, """{"a":""", "1", "}") },
        { Multiplying(30, (to, _) =>
            """{"if":{"required":["a"]},"additionalProperties":{"$ref":"#TO"},"unevaluatedProperties":{"$ref":"#TO"}}""".Replace(
                "TO", to, StringComparison.Ordinal)), Nested(
            30, """{"a":""", "1", "}") },
        { """{"$defs":{"n":{"allOf":[{"items":{"$ref":"#/$defs/n"}},{"items":{"$ref":"#/$defs/n"}}]}},"$ref":"#/$defs/n"}""", Nested(40, "[", "1", "]") },
        { """{"$dynamicAnchor":"n","oneOf":[{"items":{"$dynamicRef":"#n"}},{"items":{"$dynamicRef":"#n"}},true]}""", Nested(40, "[", "1", "]") },
        { """{"unevaluatedItems":{"$ref":"#"},"items":{"$ref":"#"}}""", Nested(40, "[", "1", "]") },
        { Multiplying(10, (to, _) => $$"""{"allOf":[{"$ref":"#{{to}}"},{"$ref":"#{{to}}"}]}""", """{"unevaluatedProperties":{"type":"string"}}"""), "{"
            + string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"\"{i}\":1"))
            + "}" },
        { $$"""{"allOf":[{{string.Join(',', Enumerable.Repeat("""{"const":1}""", 1_000))}}]}""", $"\"{new string('x', 1_000_000)}\"" },
        { $$"""{"allOf":[{{string.Join(',', Enumerable.Repeat("""{"pattern":"^(x+x+)+$"}""", 150))}}]}""", $"\"{new string('x', 1_000_000)}\"" },
        { """{"uniqueItems":true}""", $"[{string.Join(',', Enumerable.Range(0, 200_000).Select(i => (decimal)i * 4_294_967_297m))}]" },
    };

    [Theory]
    [MemberData(nameof(Multipliers), DisableDiscoveryEnumeration = true)]
    public async Task F17_Check_PartsThatMultiplyOverAValue_AreSaidBeforeTheyAreDone(string text, string value)
    {
        var schema = Read(text);

        var problem = Assert.Single(await schema.CheckAsync(JsonElement.Parse(value), Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));

        Assert.Contains("more than the 150,000 steps", problem.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Honest => new()
    {
        // A tree of 2,000 values, a list that is a chain, fifty definitions used twice each, a choice among twenty kinds, and a mere thousand unique ones.
        { """{"$defs":{"n":{"type":"object","properties":{"l":{"$ref":"#/$defs/n"},"r":{"$ref":"#/$defs/n"}},"additionalProperties":false}},"$ref":"#/$defs/n"}""", Tree(
            10) },
        { """{"type":["object","null"],"properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"unevaluatedProperties":false}""", Nested(
            60, """{"v":1,"next":""", "null", "}") },
        { Definitions(50), "{" + Each(50, """
            "aN":{"id":1,"tags":["x"]},"bN":{"id":2,"tags":[]}
            """) + "}" },
        { $$$"""{"items":{"oneOf":[{{{string.Join(',', Enumerable.Range(0, 20).Select(i => $$$"""{"properties":{"kind":{"const":"k{{{i}}}"},"x":{"type":"number"}},"required":["kind"]}"""))}}}]}}""", $"[{string.Join(',', Enumerable.Range(0, 500).Select(i => $"{{\"kind\":\"k{i % 20}\",\"x\":{i}}}"))}]" },
        { """{"items":{"type":"string","pattern":"^[a-z0-9]+$","maxLength":20},"uniqueItems":true}""", $"[{string.Join(',', Enumerable.Range(0, 1_000).Select(i => $"\"n{i}\""))}]" },
        { """{"properties":{"answer":{"type":"string","pattern":"^A"}}}""", $$"""{"answer":"A{{new string('x', 500_000)}}"}""" },
    };

    [Theory]
    [MemberData(nameof(Honest), DisableDiscoveryEnumeration = true)]
    public async Task F17_Check_HonestSchema_IsChecked(string schema, string value) =>
        Assert.Empty(await Read(schema).CheckAsync(JsonElement.Parse(value), Cancel));

    [Fact]
    public void Problems_AnchorThatStandsTwice_IsRefused() =>
        Assert.Contains("stands twice", Assert.Single(UserSchema.Problems(JsonElement.Parse(
            """{"$defs":{"a":{"$anchor":"x"},"b":{"$dynamicAnchor":"x"}}}"""))).Message, StringComparison.Ordinal);

    private static string Multiplying(int levels, Func<string, int, string> level, string last = "{}") =>
        "{\"$defs\":{"
        + string.Join(',', Enumerable.Range(0, levels).Select(i => $"\"d{i}\":{level($"/$defs/d{i + 1}", i)}"))
        + $",\"d{levels}\":{last}}},\"$ref\":\"#/$defs/d0\"}}";

    private static string Nested(int levels, string before, string inside, string after) =>
        string.Concat(Enumerable.Repeat(before, levels)) + inside + string.Concat(Enumerable.Repeat(after, levels));

    private static string Tree(int depth) => depth == 0 ? "{}" : $"{{\"l\":{Tree(depth - 1)},\"r\":{Tree(depth - 1)}}}";

    private static string Definitions(int count) =>
        "{\"$defs\":{" + Each(count, """
            "dN":{"type":"object","properties":{"id":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}}},"required":["id"]}
            """) + "},\"properties\":{" + Each(count, """
            "aN":{"$ref":"#/$defs/dN"},"bN":{"$ref":"#/$defs/dN"}
            """) + "}}";

    private static string Each(int count, string text) =>
        string.Join(',', Enumerable.Range(0, count).Select(i => text.Replace("N", $"{i}", StringComparison.Ordinal)));

    [Fact]
    public async Task Check_NumberBeyondAllBounds_IsAnAnswer()
    {
        var schema = Read("""{"items":{"maximum":5,"multipleOf":2},"uniqueItems":true}""");

        Assert.NotEmpty(await schema.CheckAsync(JsonElement.Parse("[1e999,-1e999,1e-999]"), Cancel));
    }

    private static UserSchema Read(string schema)
    {
        var (read, problems) = UserSchema.Read(JsonElement.Parse(schema));
        Assert.True(read is not null, $"{schema}: {string.Join(' ', problems)}");
        Assert.Empty(UserSchema.Problems(JsonElement.Parse(schema)));
        return read;
    }
}
