using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class MemoryPlanTests
{
    private const string Endless = "learn.micro_batch_tokens=100000000";

    [Theory]
    [InlineData(false)]                                                                // Fits many times over.
    [InlineData(true, "data.batch=4096", "learn.mini_batch=32768", Endless)]           // Terabytes.
    [InlineData(false, "data.batch=4096", "learn.mini_batch=32768", Endless, "model.activation_checkpointing=false")]
    [InlineData(true, "model.activation_checkpointing=true")]
    public void Activations_are_recomputed_where_memory_needs_it(bool expected, params string[] settings)
    {
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        RunConfiguration configuration = ConfigurationLayers.Resolve(modelFolder: null, file: null, settings);
        Assert.Equal(expected, MemoryPlan.Of(config, configuration, new PromptSize(200, 64)).RecomputesActivations);
    }

    [Fact]
    public void On_a_GPU_they_are_where_its_free_memory_needs_it_or_nobody_knows()
    {
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        RunConfiguration configuration = ConfigurationLayers.Resolve(null, null, ["model.device=cuda"]);
        MemoryPlan unknown = Plan(available: null);
        MemoryPlan roomy = Plan(available: 1L << 40);
        Assert.Equal((true, null), (unknown.RecomputesActivations, unknown.Fits));
        Assert.Equal((false, true), (roomy.RecomputesActivations, roomy.Fits));
        MemoryPlan tight = Plan(available: (2 * roomy.Peak) - 2);
        Assert.Equal((true, true), (tight.RecomputesActivations, tight.Fits));
        Assert.False(Plan(available: tight.Peak - 1).Fits);

        MemoryPlan Plan(long? available) => MemoryPlan.Within(available, config, configuration, new PromptSize(200, 64));
    }

    [Fact]
    public void What_stays_in_the_host_s_memory_is_not_counted_on_a_GPU()
    {
        MemoryItem[] items = [.. MemoryPlan.Within(
            1L << 40,
            ModelFamilies.LoadConfig(Shipped.Model),
            ConfigurationLayers.Resolve(null, null, ["model.device=cuda", "learn.optimizer_offload=true"]),
            new PromptSize(200, 64)).Items.Where(item => item.Name is "images" or "optimizer")];
        Assert.Equal([0, 0], items.Select(item => item.Bytes));
    }

    [Fact]
    public void Processes_on_one_machine_divide_its_memory()
    {
        const int Many = 1_000_000;
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        RunConfiguration configuration = ConfigurationLayers.Resolve(
            null, null, ["model.activation_checkpointing=false"]);
        Plan(onThisMachine: 1).CheckFits(configuration.Model);
        var refused = Assert.Throws<BadInputException>(() => Plan(onThisMachine: Many).CheckFits(configuration.Model));
        Assert.Contains("; model.activation_checkpointing=true, model.lora_rank, ", refused.Message);

        configuration = ConfigurationLayers.Resolve(null, null, []);
        Assert.False(Plan(onThisMachine: 1).RecomputesActivations);
        Assert.True(Plan(onThisMachine: Many).RecomputesActivations);

        MemoryPlan Plan(int onThisMachine) =>
            MemoryPlan.Of(config, configuration, new PromptSize(200, 64), processes: Many, onThisMachine);
    }

    // A teacher takes the reference's place, and a judge needs one also without a KL term.
    [Theory]
    [InlineData(true, false, "method=majority")]
    [InlineData(false, false, "method=majority", "learn.kl=0")]
    [InlineData(true, false, "method=actor-judge", "learn.kl=0")]
    [InlineData(true, false, "method=restrain", "learn.kl=0")]
    [InlineData(false, true, "method=co-rewarding-ii")]
    public void Models_beside_the_policy_are_counted(bool reference, bool teacher, params string[] settings)
    {
        MemoryPlan plan = MemoryPlan.Of(
            ModelFamilies.LoadConfig(Shipped.Model),
            ConfigurationLayers.Resolve(null, null, ["model.dtype=bf16", .. settings]),
            new PromptSize(200, 64));
        long weights = BytesOf("weights");
        Assert.Equal(reference ? weights : 0, BytesOf("reference policy"));
        Assert.Equal(teacher ? 3 * weights : 0, BytesOf("averaged teacher")); // In bf16, and its averages in fp32.

        long BytesOf(string item) => plan.Items.Single(one => one.Name == item).Bytes;
    }

    // Without retracing a step has 16 · 8 = 128 sequences. An evaluation has as many as may be generated at once (256), or all its
    // responses where a limit says how few these are. Keys and values: prompts of 200 tokens once each, responses of 64.
    [Theory]
    [InlineData((16 * 200) + (128 * 64), 128)]
    [InlineData((256 * 200) + (256 * 64), 256, "evaluation.data=any")]
    [InlineData((64 * 200) + (256 * 64), 256, "evaluation.data=any", "evaluation.samples=4")]
    [InlineData((9 * 200) + (256 * 64), 256, "evaluation.data=any", "evaluation.limit=10", "evaluation.samples=30")]
    [InlineData((16 * 200) + (128 * 64), 128, "evaluation.data=any", "evaluation.limit=10")]
    public void An_evaluation_during_the_run_is_counted(int cached, int rows, params string[] settings)
    {
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        MemoryPlan plan = MemoryPlan.Of(
            config,
            ConfigurationLayers.Resolve(
                null,
                null,
                [
                    "method=majority", "data.batch=16", "rollout.max_response_tokens=64", "rollout.max_batch_sequences=256",
                    "model.dtype=fp32", .. settings,
                ]),
            new PromptSize(200, 64));
        long ofToken = 2L * config.Text.Layers * config.Text.KeyValueSize * sizeof(float);
        Assert.Equal(cached * ofToken, BytesOf("KV cache of prompts, to be filled"));
        Assert.Equal(
            TokenSampler.BytesOf(rows, config.Text.VocabularySize, sizeof(float), topP: 1), BytesOf("next-token distributions"));

        long BytesOf(string item) => plan.Items.Single(one => one.Name == item).Bytes;
    }

    // Rows of two responses, 200 + 2 · 64 tokens, of which eight fit into a pass: all of 8 problems, half of 16. Memory of
    // activations does not become that of gradients in an update's only pass either: the C library keeps it in pieces.
    [Fact]
    public void Gradients_are_beside_all_activations_of_a_pass_whether_it_is_the_only_one_or_not()
    {
        (long gradients, long activations) = Planned(problems: 8);
        Assert.Equal((gradients, activations), Planned(problems: 16));
        Assert.True(activations > gradients, $"{activations}");

        (long Gradients, long Activations) Planned(int problems)
        {
            var plan = MemoryPlan.Of(
                ModelFamilies.LoadConfig(Shipped.Model),
                ConfigurationLayers.Resolve(
                    null,
                    null,
                    [
                        $"data.batch={problems}", "rollout.group=2", "learn.mini_batch=64", "learn.micro_batch_tokens=2624",
                        "rollout.max_response_tokens=64", "model.activation_checkpointing=false",
                    ]),
                new PromptSize(200, 64));
            MemoryItem[] learning = [.. plan.Items.Where(item => item.Phase == MemoryPhase.Learning)];
            Assert.Equal(["gradients", "activations"], learning.Select(item => item.Name));
            return (learning[0].Bytes, learning[1].Bytes);
        }
    }

    // Two trajectories with four continuations each are eight sequences side by side, unless fewer are let be.
    [Theory]
    [InlineData("retrace.samples=4", true)]
    [InlineData("retrace.samples=3", false)]
    [InlineData("rollout.max_batch_sequences=7", false)]
    public void The_plan_counts_transposed_weights_where_the_continuations_are_decoded_with_them(string setting, bool transposes)
    {
        ModelConfig small = ModelFamilies.LoadConfig(Shipped.Model);
        ModelConfig wide = small with
        {
            Text = small.Text with { HiddenSize = 512, HeadSize = small.Text.HeadSize },
            Vision = small.Vision with { OutHiddenSize = 512 },
        };
        var plan = MemoryPlan.Of(
            wide,
            ConfigurationLayers.Resolve(null, null, ["data.batch=1", "rollout.group=2", "retrace.samples=4", setting]),
            new PromptSize(200, 64));

        MemoryItem[] items = [.. plan.Items.Where(item => item.Name == "weights transposed for decoding")];

        Assert.Equal([MemoryPhase.Prefill, MemoryPhase.Sampling], items.Select(item => item.Phase));
        Assert.All(items, item => Assert.Equal(transposes, item.Bytes > 0));
    }

    [Fact]
    public void A_judge_reads_prompts_with_responses_in_them()
    {
        long[] prefill = [.. new[] { "majority", "actor-judge" }.Select(method => MemoryPlan.Of(
            ModelFamilies.LoadConfig(Shipped.Model),
            ConfigurationLayers.Resolve(null, null, [$"method={method}"]),
            new PromptSize(200, 64)).Items.Single(item => item.Name == "KV cache of prompts, to be filled").Bytes)];
        Assert.True(prefill[1] > 2 * prefill[0]);
    }

    [Fact]
    public void The_plan_counts_what_is_recomputed()
    {
        ModelConfig config = ModelFamilies.LoadConfig(Shipped.Model);
        long[] activations = [.. new[] { "null", "false", "true" }.Select(value => MemoryPlan.Of(
            config,
            ConfigurationLayers.Resolve(null, null, [$"model.activation_checkpointing={value}"]),
            new PromptSize(200, 64)).Items.Single(item => item.Name == "activations").Bytes)];
        Assert.Equal(activations[1], activations[0]);
        Assert.True(activations[2] < activations[1]);
    }
}
