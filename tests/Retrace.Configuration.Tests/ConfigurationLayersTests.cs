using CsCheck;
using Retrace.Anchors;
using Retrace.Rewards;
using Retrace.Testing;

namespace Retrace.Configuration.Tests;

public sealed class ConfigurationLayersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Defaults_are_those_of_the_command_line_contract()
    {
        RunConfiguration defaults = ConfigurationLayers.Resolve(modelFolder: null, file: null, overrides: []);

        string contract = _folder.Write("contract.yaml", """
            method: csrs            # csrs | majority | entropy | self-certainty | supervised | random
            seed: 0
            steps: 100              # or epochs
            data:    {batch: 16, max_prompt_tokens: 1024, filter: true}
            rollout: {engine: local, group: 8, temperature: 1.0, top_p: 1.0, max_response_tokens: 1536}
            retrace: {samples: 5, anchor: ratio, keep_rate: 0.7, mode: continue, perturbation: gaussian}   # RRM and VSP
            reward:  {rule: sfr, format_weight: 0.1}      # sfr | survival | consistency | released | max-entropy-anchor
            learn:   {advantage: group-std, learning_rate: 1e-6, mini_batch: 64, clip: 0.2,
                      kl: 0.01, kl_estimator: k3, max_grad_norm: 1.0}
            model:   {lora_rank: 0, dtype: auto, activation_checkpointing: null, max_pixels: 1003520}
            checkpoint: {every: 20, keep: 3}
            evaluation: {every: 5, samples: 1}
            """);
        Assert.Equal(defaults, ConfigurationLayers.Read(contract));
        Assert.Equal(1e-6, defaults.Learning.LearningRate);
        Assert.Null(defaults.Rollout.VoteSamples);
    }

    [Fact]
    public void Later_layers_win()
    {
        _folder.Write("evolve.yaml", "seed: 1\nsteps: 1\nlearn: {kl: 0.1, clip: 0.1, learning_rate: 0.1}\n");
        string file = _folder.Write("run.yaml", "steps: 2\nlearn:\n  kl: 0.2\n  clip: 0.3\n");

        RunConfiguration resolved = ConfigurationLayers.Resolve(
            _folder.Path, file, ["learn.clip=0.4", "rollout.group=3", "rollout.group=4"]);

        Assert.Equal((1, 2, 0.1, 0.2, 0.4, 4, 0.1), (
            resolved.Seed, resolved.Steps, resolved.Learning.LearningRate, resolved.Learning.Kl,
            resolved.Learning.Clip, resolved.Rollout.Group, resolved.Reward.FormatWeight));
    }

    [Theory]
    [InlineData("gspo", "learn.loss=token-mean")]
    [InlineData("gmpo", "learn.loss=constant")]
    [InlineData("gspo", "learn.loss=sequence-mean", "rollout.engine=openai", "rollout.servers=http://127.0.0.1:8000")]
    [InlineData("gmpo", "learn.loss=sequence-mean", "rollout.engine=openai", "rollout.servers=http://127.0.0.1:8000",
        "learn.importance=token-mask")]
    [InlineData("sapo", "learn.clip_high=0.28")]
    public void What_an_objective_does_not_go_together_with_is_refused(string objective, params string[] others)
    {
        string[] overrides = [$"learn.objective={objective}", .. others];
        string message = Assert.Throws<BadInputException>(() =>
            ConfigurationLayers.Resolve(modelFolder: null, file: null, overrides)).Message;
        Assert.Contains($"learn.objective is {objective}", message);
    }

    [Theory]
    [InlineData("learn.objective=gspo", "learn.loss=sequence-mean")]
    [InlineData("learn.objective=gmpo", "learn.loss=sequence-mean", "learn.importance=sequence-mask",
        "rollout.engine=openai", "rollout.servers=http://127.0.0.1:8000")]
    [InlineData("learn.objective=cispo", "learn.clip_high=5", "learn.importance=sequence-truncate",
        "rollout.engine=openai", "rollout.servers=http://127.0.0.1:8000")]
    [InlineData("learn.objective=sapo", "learn.loss=constant")]
    public void What_goes_together_is_read(params string[] overrides) =>
        Assert.NotEqual(
            "grpo", ConfigurationLayers.Resolve(modelFolder: null, file: null, overrides).Learning.Objective);

    [Theory]
    [InlineData("cpu", true)]
    [InlineData("cuda", true)]
    [InlineData("cuda:3", true)]
    [InlineData("cuda:", false)]
    [InlineData("tpu", false)]
    public void A_device_is_the_processor_or_one_of_the_cards(string device, bool known)
    {
        string file = _folder.Write("device.yaml", $"model: {{device: \"{device}\"}}");
        if (known)
        {
            Assert.Equal(device, ConfigurationLayers.Read(file).Model.Device);
        }
        else
        {
            Assert.Contains(
                "must be cpu, cuda or cuda:N",
                Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(file)).Message);
        }
    }

    [Theory]
    [InlineData(
        "learn:\n  leaning_rate: 1e-5",
        "line 2: unknown key \"learn.leaning_rate\"; did you mean \"learn.learning_rate\"?")]
    [InlineData("learning_rate: 1e-5", "line 1: unknown key \"learning_rate\"; did you mean \"learn.learning_rate\"?")]
    [InlineData("lern: {kl: 1}", "line 1: unknown key \"lern\"; did you mean \"learn\"?")]
    [InlineData("steps: many", "line 1: steps is \"many\", but must be a whole number of at least 1")]
    [InlineData("steps: 0", "line 1: steps is \"0\", but must be a whole number of at least 1")]
    [InlineData("steps: 1.5", "line 1: steps is \"1.5\", but must be a whole number of at least 1")]
    [InlineData("steps: 99999999999", "line 1: steps is \"99999999999\", but must be a whole number of at least 1")]
    [InlineData("steps: null", "line 1: steps is \"null\", but must be a whole number of at least 1")]
    [InlineData("steps: {a: 1}", "line 1: steps must be a single value")]
    [InlineData("steps: [1]", "line 1: steps must be a single value")]
    [InlineData("steps: 1\nsteps: 2", "line 2: steps is given twice")]
    [InlineData("data: 3", "line 1: data is a section, so give one of its keys a value")]
    [InlineData("data: {filter: 1}", "line 1: data.filter is \"1\", but must be true or false")]
    [InlineData("data: {batch: {size: 1}}", "line 1: data.batch must be a single value")]
    [InlineData(
        "rollout: {top_p: 1.1}",
        "line 1: rollout.top_p is \"1.1\", but must be a number above 0 and at most 1")]
    [InlineData(
        "rollout: {temperature: .nan}",
        "line 1: rollout.temperature is \".nan\", but must be a number above 0")]
    [InlineData("learn: {kl: NaN}", "line 1: learn.kl is \"NaN\", but must be a number of at least 0")]
    [InlineData("learn: {kl: Infinity}", "line 1: learn.kl is \"Infinity\", but must be a number of at least 0")]
    [InlineData(
        "rollout: {vote_samples: x}",
        "line 1: rollout.vote_samples is \"x\", but must be a whole number of at least 1, or null")]
    [InlineData(
        "model: {lora_targets: q_proj visual}",
        "line 1: model.lora_targets is \"q_proj visual\", but must be some of q_proj, k_proj, v_proj, o_proj, "
        + "gate_proj, up_proj, down_proj, experts, separated by spaces")]
    [InlineData("model: {lora_targets: \"\"}",
        "line 1: model.lora_targets is \"\", but must be some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, "
        + "down_proj, experts, separated by spaces")]
    [InlineData("model: {lora_rank: -1}",
        "line 1: model.lora_rank is \"-1\", but must be a whole number of at least 0")]
    [InlineData("model: {lora_dropout: 1}",
        "line 1: model.lora_dropout is \"1\", but must be a number of at least 0 and below 1")]
    [InlineData("- 1", "line 1: expected lines of the form \"key: value\"")]
    [InlineData("just text", "line 1: expected lines of the form \"key: value\"")]
    [InlineData("a: &x 1\nb: *x", "line 1: anchors are not used in a configuration")]
    [InlineData("seed: 1\n---\nseed: 2", "line 2: a configuration is one YAML document")]
    public void A_bad_file_is_one_sentence_with_its_place(string yaml, string message)
    {
        string file = _folder.Write("run.yaml", yaml);
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(file));
        Assert.Equal($"{file}, {message}", error.Message);
    }

    [Theory]
    [InlineData("method: csr", "method is \"csr\"", typeof(Method))]
    [InlineData("reward: {rule: srf}", "reward.rule is \"srf\"", typeof(RewardRules))]
    [InlineData("retrace: {anchor: rato}", "retrace.anchor is \"rato\"", typeof(AnchorRules))]
    public void A_name_that_nothing_has_is_refused_with_all_that_there_are(string yaml, string what, Type table)
    {
        string file = _folder.Write("run.yaml", yaml);
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(file));
        IReadOnlyList<string> names = (IReadOnlyList<string>)table.GetProperty("Names")!.GetValue(null)!;
        Assert.True(names.Count > 2);
        Assert.Equal($"{file}, line 1: {what}, but must be one of {string.Join(", ", names)}", error.Message);
    }

    [Theory]
    [InlineData("learn: {kl: 1}}", "not valid YAML")]
    [InlineData("seed: 1: 2", "not valid YAML")]
    [InlineData("steps: *none", "alias")]
    [InlineData("seed: \"\u0001", "not valid YAML")]
    public void Broken_YAML_names_file_and_line(string yaml, string part)
    {
        string file = _folder.Write("run.yaml", yaml);
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(file));
        Assert.StartsWith($"{file}, line 1", error.Message);
        Assert.Contains(part, error.Message);
    }

    [Fact]
    public void Deep_nesting_is_refused_without_descending_into_it()
    {
        string file = _folder.Write("run.yaml", "data: " + string.Concat(Enumerable.Repeat("{a: ", 200_000)));
        Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(file));
    }

    [Theory]
    [InlineData(
        "learn.leaning_rate=1",
        "--set learn.leaning_rate=1: unknown key \"learn.leaning_rate\"; did you mean \"learn.learning_rate\"?")]
    [InlineData("seed", "--set seed: expected key=value, for example learn.kl=0.02")]
    [InlineData("=3", "--set =3: expected key=value, for example learn.kl=0.02")]
    [InlineData("data.batch=0", "--set data.batch=0: data.batch is \"0\", but must be a whole number of at least 1")]
    public void A_bad_override_is_one_sentence(string assignment, string message)
    {
        BadInputException error = Assert.Throws<BadInputException>(
            () => ConfigurationLayers.Resolve(modelFolder: null, file: null, [assignment]));
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("reward.gamma=1", "reward.gamma is \"1\", but must be a number of at least 0 and below 1")]
    [InlineData("reward.gamma=-0.1", "reward.gamma is \"-0.1\", but must be a number of at least 0 and below 1")]
    [InlineData("reward.gamma=nan", "reward.gamma is \"nan\", but must be a number of at least 0 and below 1")]
    [InlineData("reward.beta=0", "reward.beta is \"0\", but must be a number above 0")]
    [InlineData("reward.beta=-5", "reward.beta is \"-5\", but must be a number above 0")]
    [InlineData("reward.beta=Infinity", "reward.beta is \"Infinity\", but must be a number above 0")]
    [InlineData("retrace.samples=-1", "retrace.samples is \"-1\", but must be a whole number of at least 0")]
    [InlineData("retrace.keep_rate=1", "retrace.keep_rate is \"1\", but must be a number of at least 0 and below 1")]
    [InlineData(
        "reward.boost=0.2",
        "reward.boost belongs to an earlier form of sfr; the paper's has reward.gamma and reward.beta, and "
        + "reward.rule=max-entropy-anchor keeps the release's factors")]
    [InlineData(
        "reward.penalty=0.1",
        "reward.penalty belongs to an earlier form of sfr; the paper's has reward.gamma and reward.beta, and "
        + "reward.rule=max-entropy-anchor keeps the release's factors")]
    [InlineData("retrace.omega=0.7", "there is no key \"retrace.omega\": ω, the retracing rate, is retrace.keep_rate")]
    [InlineData(
        "retrace.m=5",
        "there is no key \"retrace.m\": m, the number of re-inference trajectories of each maternal one, is retrace.samples")]
    [InlineData("rollout.n=8", "there is no key \"rollout.n\": n, the number of maternal trajectories, is rollout.group")]
    public void What_the_paper_has_no_number_or_word_for_is_one_sentence(string assignment, string message)
    {
        BadInputException error = Assert.Throws<BadInputException>(
            () => ConfigurationLayers.Resolve(modelFolder: null, file: null, [assignment]));
        Assert.Equal($"--set {assignment}: {message}", error.Message);
        string[] parts = assignment.Split('=');
        string[] key = parts[0].Split('.');
        string file = _folder.Write("run.yaml", $"{key[0]}:\n  {key[1]}: {parts[1]}\n");
        Assert.Equal(
            $"{file}, line 2: {message}",
            Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(file)).Message);
    }

    [Fact]
    public void What_is_named_instead_of_another_word_is_a_key()
    {
        string[] words = ["retrace.omega", "retrace.m", "rollout.n", "learn.lr", "reward.boost"];
        Assert.All(words, word =>
        {
            string message = Assert.Throws<BadInputException>(
                () => ConfigurationLayers.Resolve(null, null, [$"{word}=1"])).Message;
            Assert.Contains(ConfigurationKey.All, key => message.Contains(key.Path));
        });
    }

    [Fact]
    public void Several_files_are_layers_of_which_the_later_wins()
    {
        string method = _folder.Write("method.yaml", "steps: 2\nlearn: {kl: 0.2, clip: 0.3}\n");
        string machine = _folder.Write("machine.yaml", "learn: {kl: 0.1}\nmodel: {lora_rank: 4}\n");
        RunConfiguration resolved = ConfigurationLayers.ResolveFiles(null, [method, machine], ["learn.clip=0.4"]);
        Assert.Equal((2, 0.1, 0.4, 4), (
            resolved.Steps, resolved.Learning.Kl, resolved.Learning.Clip, resolved.Model.LoraRank));
        Assert.Equal(0.2, ConfigurationLayers.ResolveFiles(null, [machine, method], []).Learning.Kl);
    }

    [Fact]
    public void Every_rule_that_needs_continuations_says_what_to_give_instead_of_none()
    {
        string[] needing =
        [
            .. RewardRules.Names.Where(name => RewardRules.Create(name).Needs.HasFlag(RewardInputs.Continuations)),
        ];
        Assert.Contains("released", needing);
        Assert.All(needing, rule => Assert.Equal(
            $"retrace.samples is 0, but reward.rule is {rule}, which needs continuations: give at least 1 sample, the "
            + "paper's 5 for one, or reward.rule=sfr, which is the answer's frequency then",
            Assert.Throws<BadInputException>(() => ConfigurationLayers.Resolve(
                null, null, ["retrace.samples=0", $"reward.rule={rule}"])).Message));
    }

    [Theory]
    [InlineData("method=scope", "method is scope")]
    [InlineData("reward.rule=scope", "reward.rule is scope")]
    [InlineData("method=self-certainty", "method is self-certainty")]
    public void What_only_local_sampling_measures_is_refused_with_servers(string setting, string named) => Assert.Equal(
        $"{named}, whose reward no server measures; it needs rollout.engine=local",
        Assert.Throws<BadInputException>(() => ConfigurationLayers.Resolve(
            null, null, ["rollout.engine=openai", "rollout.servers=http://127.0.0.1:8000", setting])).Message);

    [Fact]
    public void A_rule_that_needs_continuations_refuses_to_do_without()
    {
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Resolve(
            modelFolder: null, file: null, ["retrace.samples=0", "reward.rule=survival"]));
        Assert.StartsWith("retrace.samples is 0, but reward.rule is survival", error.Message);
        Assert.Equal(0, ConfigurationLayers.Resolve(null, null, ["retrace.samples=0"]).Retracing.Samples);
    }

    [Theory]
    [InlineData(
        "0.3, 1",
        "retrace.keep_rates is \"0.3, 1\", but must be numbers of at least 0 and below 1 with commas between them")]
    [InlineData(
        "0.3; 0.5",
        "retrace.keep_rates is \"0.3; 0.5\", but must be numbers of at least 0 and below 1 with commas between them")]
    [InlineData(
        "0.3, 0.5, 0.7",
        "retrace.keep_rates holds 3 shares, but retrace.samples is 2: each share needs a continuation")]
    public void Several_keep_rates_are_checked(string rates, string message)
    {
        BadInputException error = Assert.Throws<BadInputException>(() => ConfigurationLayers.Resolve(
            modelFolder: null, file: null, ["retrace.samples=2", $"retrace.keep_rates={rates}"]));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Several_keep_rates_go_before_the_one()
    {
        RetracingSettings one = ConfigurationLayers.Resolve(null, null, ["retrace.keep_rate=0.4"]).Retracing;
        Assert.Equal([0.4], one.AllKeepRates());
        Assert.Equal([0.3, 0.7], (one with { KeepRates = "0.3,0.7" }).AllKeepRates());
    }

    [Fact]
    public void Targets_of_the_adapter_are_words()
    {
        RunConfiguration resolved =
            ConfigurationLayers.Resolve(null, null, ["model.lora_rank=8", "model.lora_targets=v_proj q_proj"]);
        Assert.Equal((8, "v_proj q_proj"), (resolved.Model.LoraRank, resolved.Model.LoraTargets));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        BadInputException error = Assert.Throws<BadInputException>(
            () => ConfigurationLayers.Read(_folder.Combine("none.yaml")));
        Assert.StartsWith(_folder.Combine("none.yaml") + ": the configuration cannot be read", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("data:\nlearn: ~\n")]
    public void A_file_may_set_nothing(string yaml)
    {
        Assert.Equal(new RunConfiguration(), ConfigurationLayers.Read(_folder.Write("run.yaml", yaml)));
    }

    [Fact]
    public void An_override_may_hold_equals_signs_quotes_and_null()
    {
        RunConfiguration resolved = ConfigurationLayers.Resolve(
            modelFolder: null,
            file: null,
            ["data.instruction=\"\\nx = 1\"", "rollout.vote_samples=48", "rollout.vote_samples=null"]);
        Assert.Equal("\nx = 1", resolved.Data.Instruction);
        Assert.Null(resolved.Rollout.VoteSamples);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void YAML_reads_back_as_the_same_configuration(bool explain)
    {
        Gen<string> texts = Gen.Char.Where(letter => !char.IsSurrogate(letter)).Array[0, 20]
            .Select(letters => new string(letters));
        Gen.Select(texts, Gen.Double.Where(value => double.IsFinite(value) && value >= 0), Gen.Long, Gen.Bool,
                Gen.Int[1, int.MaxValue].Nullable())
            .Sample(
                (text, number, seed, flag, count) =>
                {
                    RunConfiguration configuration = new()
                    {
                        Seed = seed,
                        Threads = count,
                        Method = "self-certainty",
                        Data = new DataSettings { Instruction = text + "😀", Filter = flag },
                        Learning = new LearningSettings { LearningRate = number, Kl = 1.0 },
                        Evaluation = new EvaluationSettings { Data = text },
                    };
                    string file = _folder.Write("config.yaml", configuration.ToYaml(explain));
                    Assert.Equal(configuration, ConfigurationLayers.Read(file));
                },
                iter: 200,
                threads: 1);
    }

    [Fact]
    public void Explained_YAML_has_one_comment_line_above_each_key()
    {
        string[] lines = new RunConfiguration().ToYaml(explain: true).Split('\n');
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].Contains(": ", StringComparison.Ordinal) && !lines[i].TrimStart().StartsWith('#'))
            {
                Assert.StartsWith("#", lines[i - 1].TrimStart());
            }
        }
        Assert.Contains("  # AdamW's step size after warm-up. (a number of at least 0)", lines);
        Assert.Contains("  learning_rate: 1e-06", lines);
    }
}
