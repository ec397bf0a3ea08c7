using System.Net;
using System.Text;
using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Nodes.Models;

/// <summary>A tunnel whose machine says what a test makes it say.</summary>
public sealed class NodeTunnelTests
{
    private readonly NodeTunnels _tunnels = new();
    private readonly ModelSession _session = new(Guid.NewGuid());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_GoesAsMethodPathAndBodyAndTheAnswerComesAsItIsSaid()
    {
        var (asking, tunnel) = Ask("question");
        tunnel.Take(new TunnelPart.Window(1_000));
        var (window, open, data, end) = (await NextAsync(tunnel), await NextAsync(tunnel), await NextAsync(tunnel), await NextAsync(tunnel));
        tunnel.Take(new TunnelPart.Head(429, "application/json", "3"));
        using var response = await asking.WithPatience();
        tunnel.Take(Data("an "));
        tunnel.Take(Data("answer"));

        Assert.IsType<TunnelPart.Window>(window);
        Assert.Equal(new TunnelPart.Open("POST", "/v1/chat/completions"), open);
        Assert.Equal("question", Encoding.UTF8.GetString(Assert.IsType<TunnelPart.Data>(data).Bytes.Span));
        Assert.IsType<TunnelPart.End>(end);
        Assert.False(tunnel.Take(new TunnelPart.End()));
        Assert.Equal((HttpStatusCode.TooManyRequests, "3"), (response.StatusCode, response.Headers.RetryAfter?.ToString()));
        Assert.Equal("an answer", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Empty(_tunnels.Live);
    }

    [Fact]
    public async Task Send_MoreThanTheMachineTakes_IsRefusedBeforeItGoes()
    {
        var (asking, tunnel) = Ask(new string('x', 2_000));

        tunnel.Take(new TunnelPart.Window(1_000));

        Assert.Equal("too_large", (await Assert.ThrowsAsync<TunnelException>(() => asking)).Code);
    }

    /// <summary>What a machine says, out of order or beyond what it may.</summary>
    public static TheoryData<string, TunnelPart[]> Hostile => new()
    {
        { "an answer before it opened", [new TunnelPart.Head(200, "", "")] },
        { "data before the head", [new TunnelPart.Window(9), Data("x")] },
        { "an end before the head", [new TunnelPart.Window(9), new TunnelPart.End()] },
        { "two heads", [new TunnelPart.Window(9), new TunnelPart.Head(200, "", ""), new TunnelPart.Head(200, "", "")] },
        { "a head that is no answer", [new TunnelPart.Window(9), new TunnelPart.Head(101, "", "")] },
        { "a request", [new TunnelPart.Window(9), new TunnelPart.Open("GET", "/")] },
        { "more than its window", [new TunnelPart.Window(9), new TunnelPart.Head(200, "", ""), .. Enumerable.Repeat(Data(new string('x', 60_000)), 5)] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Take_WhatAMachineMayNotSay_EndsTheExchange(string what, TunnelPart[] parts)
    {
        var (asking, tunnel) = Ask("question");

        var heard = parts.Select(tunnel.Take).ToArray();

        Assert.False(heard[^1], what);
        Assert.Equal("protocol", (await Assert.ThrowsAsync<TunnelException>(async () =>
        {
            using var response = await asking;
            await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
            await body.CopyToAsync(Stream.Null, Cancellation);
        })).Code);
        Assert.Empty(_tunnels.Live);
    }

    [Fact]
    public async Task Read_UsesTheWindow_SoThatNoMoreThanItLiesHere()
    {
        var (asking, tunnel) = Ask("question");
        tunnel.Take(new TunnelPart.Window(1_000));
        tunnel.Take(new TunnelPart.Head(200, "", ""));
        using var response = await asking.WithPatience();
        await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
        var buffer = new byte[60_000];
        for (var part = 0; part < 50; part++)
        {
            Assert.True(tunnel.Take(Data(new string('x', 60_000))), $"part {part}");
            await body.ReadExactlyAsync(buffer, Cancellation);
        }
    }

    [Fact]
    public async Task Dispose_InTheMiddleOfTheAnswer_TellsTheMachineAndForgetsIt()
    {
        var (asking, tunnel) = Ask("question");
        tunnel.Take(new TunnelPart.Window(1_000));
        tunnel.Take(new TunnelPart.Head(200, "", ""));
        (await asking.WithPatience()).Dispose();

        TunnelPart? last = null;
        await foreach (var part in tunnel.ToNode.ReadAllAsync(Cancellation))
        {
            last = part;
        }

        Assert.Equal("cancelled", Assert.IsType<TunnelPart.Failed>(last).Code);
        Assert.Empty(_tunnels.Live);
    }

    [Fact]
    public async Task Claim_ByAnotherMachineOrTwice_IsNothing()
    {
        var open = _tunnels.Open(_session, "http://127.0.0.1:1", Guid.NewGuid());
        var command = await _session.NextAsync<NodeCommand.OpenTunnel>();

        Assert.Null(_tunnels.Claim(Guid.NewGuid(), command.TunnelId));
        Assert.Same(open, _tunnels.Claim(_session.NodeId, command.TunnelId));
        Assert.Null(_tunnels.Claim(_session.NodeId, command.TunnelId));
    }

    private (Task<HttpResponseMessage> Asking, NodeTunnel Tunnel) Ask(string body)
    {
        NodeTunnel? tunnel = null;
        var http = new HttpMessageInvoker(new TunnelHandler(() => tunnel = _tunnels.Open(_session, "http://127.0.0.1:1", Guid.NewGuid()), TimeProvider.System));
        var request = new HttpRequestMessage(HttpMethod.Post, "http://machine.invalid/v1/chat/completions") { Content = new StringContent(body) };
        request.Headers.Add("Authorization", "Bearer of-the-caller");
        var asking = http.SendAsync(request, Cancellation);
        return (asking, tunnel!);
    }

    private static Task<TunnelPart> NextAsync(NodeTunnel tunnel) => tunnel.ToNode.NextAsync();

    private static TunnelPart.Data Data(string text) => new(Encoding.UTF8.GetBytes(text));
}
