using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using Retrace.Testing;
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

    // Against autograd's gradients of the sum over all experts, with a share of 0 for those that are not picked. A single
    // token leaves three of the five experts without any.
    [Theory]
    [InlineData(14, true, false)]
    [InlineData(14, false, true)]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    public void Its_gradients_are_those_of_the_weighted_sum_and_add_up(int tokens, bool norms, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        var config = new ExpertConfig(5, 2, 4, norms, [0]);
        var adapter = new LoraAdapter(
            new LoraSettings(Rank: 3, Alpha: 6, [LoraSettings.Experts]), SmallModel.Family(Family).WeightNames);
        using var weights = new Parameters(ScalarType.Float32, CPU);
        var unadapted = new MixtureOfExperts(weights, "mlp", 6, config);
        using var adapted = new Parameters(weights, adapter);
        var withAdapter = new MixtureOfExperts(adapted, "mlp", 6, config);
        (MixtureOfExperts experts, Parameters parameters) = adapts ? (withAdapter, adapted) : (unadapted, weights);
        using var generator = new Generator(4);
        foreach (string name in adapted.Names)
        {
            using var noGrad = no_grad();
            adapted[name].copy_(randn(adapted[name].shape, generator: generator));
        }
        parameters.Train(_ => true);
        Tensor x = randn([tokens, 6], generator: generator).requires_grad_();
        Tensor weighting = randn([tokens, 6], generator: generator);

        Dictionary<string, Tensor> once = Gradients(() => (experts.Forward(x) * weighting).sum().backward());
        Dictionary<string, Tensor> twice = Gradients(() =>
        {
            (experts.Forward(x) * weighting).sum().backward();
            (experts.Forward(x) * weighting).sum().backward();
        });
        Dictionary<string, Tensor> expected =
            Gradients(() => (OverAllExperts(parameters, config, x) * weighting).sum().backward());
        Assert.Equal(adapts ? 8 : 4, expected.Count);
        foreach ((string name, Tensor wanted) in expected)
        {
            Assert.True(wanted.abs().max().item<float>() > 1e-3, name);
            Close.Relative(wanted, once[name], 1e-5, name);
            Close.Relative(wanted * 2, twice[name], 1e-5, name);
        }

        // Where x needs none the weights have theirs.
        Dictionary<string, Tensor> ofWeights = Gradients(() => (experts.Forward(x.detach()) * weighting).sum().backward());
        Assert.Equal(expected.Count - 1, ofWeights.Count);
        Assert.All(ofWeights, pair => Close.Relative(once[pair.Key], pair.Value, 1e-5, pair.Key));

        Dictionary<string, Tensor> Gradients(Action backward)
        {
            backward();
            Dictionary<string, Tensor> tensors = parameters.Names.ToDictionary(name => name, name => parameters[name]);
            tensors.Add("x", x);
            Dictionary<string, Tensor> gradients = tensors.Where(pair => pair.Value.grad is not null)
                .ToDictionary(pair => pair.Key, pair => pair.Value.grad!.clone());
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.grad = null;
            }
            return gradients;
        }
    }

    // An update lets go of gradients, and the next one makes its own in their memory, where experts that have no tokens now have
    // left theirs.
    [Fact]
    public void Gradients_in_used_memory_are_those_in_fresh_memory()
    {
        using DisposeScope scope = NewDisposeScope();
        using var parameters = new Parameters(ScalarType.Float32, CPU);
        var experts = new MixtureOfExperts(parameters, "mlp", 6, new ExpertConfig(5, 2, 4, NormsShares: true, [0]));
        using var generator = new Generator(5);
        foreach (string name in parameters.Names)
        {
            using var noGrad = no_grad();
            parameters[name].copy_(randn(parameters[name].shape, generator: generator));
        }
        parameters.Train(_ => true);
        Tensor many = randn([14, 6], generator: generator);
        Tensor one = randn([1, 6], generator: generator);

        Tensor[] fresh = Gradients(one);
        Gradients(many);
        Tensor[] used = Gradients(one);
        parameters.ReleaseGradientRooms();
        Tensor[] released = Gradients(one);

        Assert.All(fresh.Zip(used), pair => Assert.Equal(pair.First.data<float>().ToArray(), pair.Second.data<float>().ToArray()));
        Assert.All(fresh.Zip(released), pair => Assert.Equal(pair.First.data<float>().ToArray(), pair.Second.data<float>().ToArray()));

        Tensor[] Gradients(Tensor x)
        {
            experts.Forward(x).sum().backward();
            Tensor[] gradients = [.. parameters.Names.Select(name => parameters[name].grad!.clone())];
            foreach (string name in parameters.Names)
            {
                parameters[name].grad = null;
            }
            return gradients;
        }
    }

    // 512 values wide, so that the sums of the backward pass are taken in parts of 128 rows, the last of which is shorter.
    [Theory]
    [InlineData(8)]
    [InlineData(300)]
    public void Sums_in_parts_are_the_sums(int tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        using var parameters = new Parameters(ScalarType.Float32, CPU);
        var matrices = new ExpertMatrices(parameters, "matrices", experts: 2, inSize: 512, outSize: 300);
        using var generator = new Generator(6);
        using var noGrad = no_grad();
        matrices.Weight.copy_(randn(matrices.Weight.shape, generator: generator));
        Tensor gradient = randn([tokens, 300], generator: generator);

        Close.Relative(gradient.matmul(matrices.Weight[1]), matrices.Backward(gradient, expert: 1), 1e-5);
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

    // Σ over the experts e of share_e · down_e(silu(gate_e x) · up_e x), as products of whole matrices.
    private static Tensor OverAllExperts(Parameters parameters, ExpertConfig config, Tensor x)
    {
        Tensor probabilities = x.matmul(parameters["mlp.gate.weight"].t()).softmax(-1);
        (Tensor largest, Tensor picked) = probabilities.topk(config.ActivePerToken);
        Tensor shares = zeros_like(probabilities)
            .scatter(1, picked, config.NormsShares ? largest / largest.sum(-1, keepdim: true) : largest); // [N, E]
        (Tensor gateUp, Tensor down) = (Matrices("mlp.experts.gate_up_proj"), Matrices("mlp.experts.down_proj"));
        Tensor both = x.matmul(gateUp.transpose(1, 2));                                               // [E, N, 8]
        Tensor product = nn.functional.silu(both.narrow(2, 0, 4)) * both.narrow(2, 4, 4);             // [E, N, 4]
        return (product.matmul(down.transpose(1, 2)) * shares.t().unsqueeze(-1)).sum(dim: 0);         // [N, 6]

        Tensor Matrices(string name) => parameters.Names.Contains($"{name}.lora_A.weight")
            ? parameters[name] + (2 * ExpertUpdate.Merged(
                parameters[$"{name}.lora_A.weight"], parameters[$"{name}.lora_B.weight"], config.Count))
            : parameters[name];
    }
}
