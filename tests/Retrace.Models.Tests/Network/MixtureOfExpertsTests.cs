using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

public sealed class MixtureOfExpertsTests
{
    private const string Family = "qwen3_vl_moe";

    // Token by token and expert by expert, as the formula says.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Grouped_by_expert_it_is_the_weighted_sum_of_the_picked_experts(bool norms)
    {
        using DisposeScope scope = NewDisposeScope();
        using var parameters = new Parameters(ScalarType.Float32, CPU);
        var experts = new MixtureOfExperts(parameters, "mlp", 6, new ExpertConfig(5, 2, 4, norms, [0]));
        using var generator = new Generator(3);
        using var noGrad = no_grad();
        foreach (string name in parameters.Names)
        {
            parameters[name].copy_(randn(parameters[name].shape, generator: generator));
        }
        Tensor x = randn([2, 7, 6], generator: generator);

        Tensor expected = zeros_like(x);
        for (int row = 0; row < 2; row++)
        {
            for (int token = 0; token < 7; token++)
            {
                Tensor one = x[row, token];
                float[] shares = [.. parameters["mlp.gate.weight"].mv(one).softmax(0).data<float>()];
                int[] picked = [.. Enumerable.Range(0, 5).OrderByDescending(expert => shares[expert]).Take(2)];
                float sum = norms ? picked.Sum(expert => shares[expert]) : 1;
                foreach (int expert in picked)
                {
                    Tensor both = parameters["mlp.experts.gate_up_proj"][expert].mv(one); // [8]
                    Tensor product = nn.functional.silu(both.narrow(0, 0, 4)) * both.narrow(0, 4, 4);
                    Tensor made = parameters["mlp.experts.down_proj"][expert].mv(product) * (shares[expert] / sum);
                    expected[row, token].add_(made);
                }
            }
        }

        Assert.True((expected - experts.Forward(x)).abs().max().item<float>() < 1e-5);
    }

    // hidden = 32: square matrices where intermediate is 16 (gate and up together) or 32 (down).
    [Theory]
    [InlineData(12, false)]
    [InlineData(12, true)]
    [InlineData(16, false)]
    [InlineData(16, true)]
    [InlineData(32, false)]
    [InlineData(32, true)]
    public void Both_layouts_of_the_files_are_read(int intermediate, bool transposed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        SmallModelFolder.WriteModel(folder, family: Family);
        ModelConfig config = ModelFamilies.LoadConfig(folder.Path);
        config = config with
        {
            Text = config.Text with { Experts = config.Text.Experts! with { IntermediateSize = intermediate } },
        };
        config.Save(folder.Path);
        using var network = new VisionLanguageNetwork(config, ScalarType.Float32, CPU);
        network.Initialise(seed: 4);
        CheckpointWriter.Write(folder.Path, network.Parameters.Names.Select(name => (name, Stored(name))));

        using VisionLanguageModel loaded = SmallModelFolder.Load(folder);

        Assert.All(network.Parameters.Names, name => Assert.Equal(
            network.Parameters[name].data<float>().ToArray(), loaded.Network.Parameters[name].data<float>().ToArray()));

        Tensor Stored(string name)
        {
            Tensor values = network.Parameters[name];
            return transposed && name.Contains(".experts.", StringComparison.Ordinal)
                ? values.transpose(1, 2).contiguous()
                : values;
        }
    }
}
