using System.Text;
using System.Text.Json;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>Workflows of n8n as people export them, over REST.</summary>
public sealed class ImportCaseTests(SharedServer server)
{
    public static TheoryData<string> Cases => CaseFile.Ids("imports");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Import_FileOfACase_BecomesTheRightSteps(string id)
    {
        var found = CaseFile.Find("imports", id);

        var (status, made) = await ImportAsync(Encoding.UTF8.GetBytes(found.GetProperty("document").GetRawText()));

        Assert.True(status == 201, $"{status} {made}");
        if (found.GetProperty("right").ValueKind != JsonValueKind.Object)
        {
            return;
        }

        // An import attaches no credential: what is one by its header's name is read like the others, and named among what was left out.
        var read = N8nImport.Read(found.GetProperty("document")).Value.Definition.Steps;
        foreach (var right in found.GetProperty("right").EnumerateObject())
        {
            foreach (var field in right.Value.EnumerateObject())
            {
                Assert.True(
                    JsonElement.DeepEquals(field.Value, Assert.Single(read, step => step.Type == right.Name).Config.GetProperty(field.Name)),
                    $"{read[^1].Config}");
                var kept = made.GetProperty("flow").GetProperty("flow").GetProperty("steps").EnumerateArray().Single(
                    step => step.GetProperty("type").GetString() == right.Name).GetProperty("config");
                Assert.True(
                    JsonElement.DeepEquals(field.Value, kept.GetProperty(field.Name))
                    || made.GetProperty("remarks").GetRawText().Contains("config.headers.Authorization", StringComparison.Ordinal), made.ToString());
            }
        }
    }

    [Theory]
    [InlineData(
        "set", 3.0,
        """{"fields":{"values":[{"name":"b","booleanValue":true},{"name":"l","arrayValue":"[1,2]"},{"name":"o","objectValue":"{\"k\":1}"},{"name":"n","numberValue":"5"}]}}""",
        "value", """{"b":true,"l":[1,2],"o":{"k":1},"n":5}""")]
    [InlineData("set", 3.4, """{"assignments":{"assignments":[{"name":"a.b","value":"1","type":"string"}]}}""", "value", """{"a":{"b":"1"}}""")]
    [InlineData(
        "set", 3.4, """{"assignments":{"assignments":[{"name":"a.b","value":"1","type":"string"}]},"options":{"dotNotation":false}}""", "value",
        """{"a.b":"1"}""")]
    [InlineData(
        "httpRequest", 4.2,
        """{"url":"http://a.test","sendHeaders":true,"headerParameters":{"parameters":[{"name":"Accept","value":"a"},{"name":"Accept","value":"b"}]}}""",
        "headers", """{"Accept":"a, b"}""")]
    [InlineData(
        "httpRequest", 2.0, """{"url":"http://a.test","jsonParameters":true,"headerParametersJson":"{\"X-Kind\": \"k\", \"X-N\": 5}"}""", "headers",
        """{"X-Kind":"k","X-N":5}""")]
    [InlineData(
        "httpRequest", 2.0,
        """{"url":"http://a.test","queryParametersUi":{"parameter":[{"name":"a.b","value":"1"},{"name":"a.b","value":"2"},{"name":"a.b","value":"3"}]}}""",
        "query", """{"a.b":["1","2","3"]}""")]
    [InlineData(
        "httpRequest", 4.2,
        """{"url":"http://a.test","method":"POST","sendBody":true,"contentType":"form-urlencoded","bodyParameters":{"parameters":[{"name":"a","value":"1 2"},{"name":"a","value":"3"}]}}""",
        "body", "\"a=1%202&a=3\"")]
    [InlineData(
        "httpRequest", 2.0, """{"url":"http://a.test","requestMethod":"POST","jsonParameters":true,"bodyParametersJson":"{\"a\": 1, \"a\": 2}"}""", "body",
        """{"a":2}""")]
    public async Task Import_NodeOfTheSameKinds_IsRead(string type, double version, string parameters, string field, string expected)
    {
        var file =
            FormattableString.Invariant(
                $$"""{"name":"x","nodes":[{"name":"It","type":"n8n-nodes-base.{{type}}","typeVersion":{{version}},"position":[0,0],"parameters":{{parameters}} }],"connections":{} }""");

        var (status, made) = await ImportAsync(Encoding.UTF8.GetBytes(file));

        Assert.True(status == 201, $"{status} {made}");
        Assert.Equal(expected, made.GetProperty("flow").GetProperty("flow").GetProperty("steps")[0].GetProperty("config").GetProperty(field).GetRawText());
    }

    [Fact]
    public async Task Import_TwoNodesOfOneName_KeepsBothAndSaysSo()
    {
        var found = CaseFile.Find("imports", "n8n-names-1");

        var (_, made) = await ImportAsync(Encoding.UTF8.GetBytes(found.GetProperty("document").GetRawText()));

        Assert.Equal(3, made.GetProperty("flow").GetProperty("flow").GetProperty("steps").GetArrayLength());
        Assert.Contains("Several nodes are called Set", made.GetProperty("remarks").GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"name\":\"cut \\ud83d\",\"steps\":[]}", "utf-8", 201)]
    [InlineData("{\"name\":\"é\",\"name\":\"ö\",\"format\":\"otherthing.flow/1\",\"steps\":[]}", "iso-8859-1", 201)]
    [InlineData("{\"name\":\"é\",\"format\":\"otherthing.flow/1\",\"steps\":[]}", "", 400)]
    [InlineData("\u00ef\u00bb\u00bf{\"name\":\"x\",\"format\":\"otherthing.flow/1\",\"steps\":[]}", "", 201)]
    [InlineData("{", "", 400)]
    [InlineData("", "", 400)]
    public async Task Import_BytesAsTheyCome_AreReadOrRefusedWithAReason(string latin, string charset, int expected)
    {
        var (status, made) = await ImportAsync(Encoding.Latin1.GetBytes(latin), charset);

        Assert.True(
            status == expected
            || (status == 400 && made.GetProperty("code").GetString() == "flow.malformed" && latin.Contains("ud83d", StringComparison.Ordinal)),
            $"{status} {made}");
        if (charset == "iso-8859-1")
        {
            Assert.Equal("ö", made.GetProperty("flow").GetProperty("name").GetString());
        }
    }

    private async Task<(int Status, JsonElement Answer)> ImportAsync(byte[] file, string charset = "")
    {
        var client = await RunClient.NewAsync(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, client.Root + "/flows/import") { Content = new ByteArrayContent(file) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json" + (charset.Length == 0 ? "" : "; charset=" + charset));
        using var answer = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }
}
