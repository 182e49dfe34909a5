using System.Text.RegularExpressions;

namespace Retrace.Architecture.Tests;

/// <summary>
/// In the network, in rollouts and in learning, tensors lie on the model's device. The places where the host's memory is
/// named are listed here with their reasons; a copy from the device waits for it, and so has to be worth a line.
/// </summary>
public sealed partial class HostMemoryTests
{
    private static readonly Dictionary<string, string> Readers = new()
    {
        ["DecodingBatch"] = "once a step: which sequences have ended decides what is decoded next",
        ["MixtureOfExperts"] = "once a layer of experts: the sizes of their products",
        ["PolicyLoss"] = "once a micro-batch: objectives look at responses as numbers, and a loss that is none ends the step",
        ["AdamW"] = "once an update: the norm, which all processes share",
        ["PromptedResponse"] = "once a micro-batch: log-probabilities that later passes compare with",
        ["Rescoring"] = "once a micro-batch: what a server did not report",
    };

    private static readonly Dictionary<string, string> Keepers = new()
    {
        ["AdamW"] = "learning.optimizer_offload keeps the optimizer's state there",
        ["DecodingStep"] = "an empty tensor stands for one that is not there",
        ["ForkedCache"] = "how many tokens its sequences have, which the host counts",
        ["FusedAdamW"] = "rates, which the host passes on as numbers",
        ["ShardedTraining"] = "a checkpoint's tensor, put together from those of all processes",
        ["StoredWeights"] = "weights on their way from a file",
        ["VisionLanguageNetwork"] = "images on their way to the device, and random weights, which are drawn there",
    };

    private static readonly string[] OfHost = ["cpu", "CPU", "get_CPU"];
    private static readonly string[] ReadingByThemselves =
    [
        "bincount", "nonzero", "argwhere", "masked_select", "unique", "unique_consecutive", "repeat_interleave", "one_hot",
        "histc", "equal", "allclose",
    ];

    private static readonly string[] Reading = ["item", "data", "get_bytes", "ToScalar", "op_Explicit", "tolist"];

    [Fact]
    public void Values_are_read_in_named_places_alone()
    {
        string[] copying = [.. TensorCode.TypesThatUse("Retrace.Models.Native.HostCopy.Of")];
        Assert.Equal(Readers.Keys.Order(), copying.Order());
        // What lies on the host already may be read: where it came from is in this list or the other.
        string[] reading =
            [.. Reading.SelectMany(name => TensorCode.TypesThatUse($"TorchSharp.torch/Tensor.{name}")).Distinct()];
        Assert.NotEmpty(reading);
        Assert.Empty(reading.Except([.. Readers.Keys, .. Keepers.Keys]));
    }

    [Fact]
    public void The_hosts_memory_is_named_in_named_places_alone()
    {
        string[] naming =
        [
            .. OfHost.SelectMany(name => (string[])[$"TorchSharp.torch.{name}", $"TorchSharp.torch/Tensor.{name}"])
                .SelectMany(TensorCode.TypesThatUse).Distinct(),
        ];
        Assert.Equal(Keepers.Keys.Order(), naming.Order());
    }

    // On CUDA they ask for a value, such as the size of their result, before they return.
    [Fact]
    public void Operations_that_read_values_by_themselves_are_not_called()
    {
        Assert.Empty(ReadingByThemselves
            .SelectMany(name => (string[])[$"TorchSharp.torch.{name}", $"TorchSharp.torch/Tensor.{name}"])
            .SelectMany(TensorCode.TypesThatUse));
        Assert.DoesNotMatch($@"\b({string.Join('|', ReadingByThemselves)})\(", string.Join('\n', TensorCode.LinesOfScripts()));
    }

    // The sizes of experts' products, in of_experts; the others are of tensors in the host's memory.
    [Fact]
    public void Scripts_read_values_in_named_lines_alone()
    {
        string[] reading =
        [
            .. TensorCode.LinesOfScripts().SelectMany(line => ReadsValue().Matches(line)).Select(match => match.Value),
        ];
        Assert.Equal(
            [".tolist()", "float(rates[0])", "float(rates[1])", "int(caches[first])"],
            reading.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\b(int|float|bool)\([^()]*\)|\.(tolist|item|numpy|cpu)\([^()]*\)")]
    private static partial Regex ReadsValue();
}
