using System.Globalization;
using Retrace.Anchors;
using Retrace.Objectives;
using Retrace.Perturbations;
using Retrace.Rewards;

namespace Retrace.Configuration;

/// <summary>
/// Everything that decides how a run goes, apart from the model, the data and the output folder. Each property is a key
/// of the YAML file: its default, its explanation and its bounds stand here and nowhere else.
/// </summary>
/// <remarks>Resolved from its layers by <see cref="ConfigurationLayers"/>, written by <see cref="ToYaml"/>.</remarks>
public sealed record RunConfiguration
{
    [Setting("Where rewards come from: retracing, or a rule that needs none.", NamesOf = typeof(Method))]
    public string Method { get; init; } = Retrace.Configuration.Method.Csrs;

    [Setting("Seeds everything random in the run; the same seed on the same machine gives the same run.")]
    public long Seed { get; init; }

    [Setting("How many steps to train; each takes one batch of problems.", AtLeast = 1)]
    public int Steps { get; init; } = 100;

    [Setting("Passes over the data instead of steps; null: steps decides.", Above = 0)]
    public double? Epochs { get; init; }

    [Setting("CPU threads for tensor work; null: one for each core.", AtLeast = 1)]
    public int? Threads { get; init; }

    [Setting("Which problems a step sees, and how they are asked.")]
    public DataSettings Data { get; init; } = new();

    [Setting("Sampling of the maternal trajectories, and of the re-inference trajectories that go on from them.")]
    public RolloutSettings Rollout { get; init; } = new();

    [Setting("Retracing re-inference (RRM) and visual semantic perturbation (VSP).", Key = "retrace")]
    public RetracingSettings Retracing { get; init; } = new();

    [Setting("The reward of a maternal trajectory.")]
    public RewardSettings Reward { get; init; } = new();

    [Setting("GRPO and the optimizer (AdamW).", Key = "learn")]
    public LearningSettings Learning { get; init; } = new();

    [Setting("How the model is loaded and which of its weights train.")]
    public ModelSettings Model { get; init; } = new();

    [Setting("What is kept of a run.", Key = "checkpoint")]
    public CheckpointingSettings Checkpointing { get; init; } = new();

    [Setting("Measurement on labeled problems; it never touches training.")]
    public EvaluationSettings Evaluation { get; init; } = new();

    [Setting("Watches signs of collapse that need no labels.")]
    public GuardSettings Guard { get; init; } = new();

    /// <summary>
    /// Checks every value against its bounds and those that have to go together: what is made in code is held to the
    /// same as what is read from a file.
    /// </summary>
    /// <exception cref="BadInputException">
    /// A value cannot be used; the message names its key and what would be right.
    /// </exception>
    public void Check() => ConfigurationLayers.Check(this);

    /// <summary>The configuration as YAML, which <see cref="ConfigurationLayers.Read"/> reads back unchanged.</summary>
    /// <param name="explain">Puts one comment line of explanation above each key.</param>
    public string ToYaml(bool explain = false) => ConfigurationText.Write(this, explain);
}

public sealed record DataSettings
{
    [Setting("Problems in a step.", AtLeast = 1)]
    public int Batch { get; init; } = 16;

    [Setting("Longest prompt in tokens, image tokens included.", AtLeast = 1)]
    public int MaxPromptTokens { get; init; } = 1024;

    [Setting("Leaves out and counts problems whose prompt is longer; false: the run stops at the first of them.")]
    public bool Filter { get; init; } = true;

    [Setting("Folder that image paths start from; null: the data file's own.")]
    public string? ImageDir { get; init; }

    [Setting("Whether image paths may lead out of their folder.")]
    public bool AllowOutsideImages { get; init; }

    [Setting("Appended to every question.")]
    public string Instruction { get; init; } =
        "\nThink inside <think></think>, then put the final answer in \\boxed{}.";
}

public sealed record RetracingSettings
{
    [Setting(
        "m: re-inference trajectories (continuations) of each maternal one, whose answers are A_m; " +
        "0, for a rule that can do without continuations, leaves retracing out.",
        AtLeast = 0)]
    public int Samples { get; init; } = 5;

    [Setting("The rule that chooses where a trajectory is cut.", NamesOf = typeof(AnchorRules))]
    public string Anchor { get; init; } = "ratio";

    [Setting(
        "ω, the retracing rate: the share of a maternal trajectory's real length that its continuations keep; " +
        "of the longest length with anchor padded.",
        AtLeast = 0, Below = 1)]
    public double KeepRate { get; init; } = 0.7;

    [Setting("Several such shares, as in \"0.3, 0.5, 0.7\", which divide the m continuations; null: keep_rate alone.")]
    public string? KeepRates { get; init; }

    [Setting("Samples of each problem with its picture blanked, for rules that read them.", AtLeast = 1)]
    public int BlindSamples { get; init; } = 8;

    [Setting("Whether the continuation stays in the same turn or, as in the first release, opens a new one.",
        OneOf = ["continue", "new-turn"])]
    public string Mode { get; init; } = "continue";

    [Setting("The perturbation of the image that continuations see.", NamesOf = typeof(ImagePerturbations))]
    public string Perturbation { get; init; } = "gaussian";

    [Setting("Highest level of the perturbation; each image's is sampled from 1 to it.", AtLeast = 1, AtMost = 100)]
    public int PerturbationLevel { get; init; } = Retrace.Perturbations.PerturbationLevel.ReleasedHighest;

    /// <summary>The shares of <c>keep_rates</c>, or else <c>keep_rate</c> alone.</summary>
    /// <exception cref="BadInputException">
    /// They are not numbers in [0, 1), or more than there are continuations.
    /// </exception>
    public double[] AllKeepRates()
    {
        if (KeepRates is null)
        {
            return [KeepRate];
        }
        double[] rates = Array.ConvertAll(KeepRates.Split(','), text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
            && rate is >= 0 and < 1
                ? rate
                : throw new BadInputException(
                    $"retrace.keep_rates is \"{KeepRates}\", but must be numbers of at least 0 and below 1 with commas "
                    + "between them"));
        return rates.Length <= Math.Max(1, Samples)
            ? rates
            : throw new BadInputException(
                $"retrace.keep_rates holds {rates.Length} shares, but retrace.samples is {Samples}: each share needs a "
                + "continuation");
    }
}

public sealed record RewardSettings
{
    [Setting("Method csrs: how the answers A_n and A_m become rewards.", NamesOf = typeof(RewardRules))]
    public string Rule { get; init; } = "sfr";

    [Setting("How answers are found in responses: in a box, or also behind \"the answer is\" and as choice letters.",
        OneOf = ["boxed", "lenient"])]
    public string Extraction { get; init; } = "boxed";

    [Setting("w: weight of the format term; the answer's reward weighs 1 − w.", AtLeast = 0, AtMost = 1)]
    public double FormatWeight { get; init; } = 0.1;

    [Setting("γ of rule sfr: the most that retracing lifts or lowers a frequency, as a share of it.",
        AtLeast = 0, Below = 1)]
    public double Gamma { get; init; } = SoftenedFrequency.PaperGamma;

    [Setting("β of rule sfr: how quickly a difference between the rounds counts in full.", Above = 0)]
    public double Beta { get; init; } = SoftenedFrequency.PaperBeta;

    [Setting("λ of rules survival, grounded and grounded-vote: weight of survival beyond chance beside frequency.", AtLeast = 0, AtMost = 1)]
    public double SurvivalWeight { get; init; } = 0.5;

    [Setting("d of rule chain: how far retracing is followed, 1 / (1 − d) times on average.", AtLeast = 0, Below = 1)]
    public double Damping { get; init; } = RetracingChainReward.DefaultDamping;

    [Setting("Rule srt: the least share of a problem's samples that its most frequent answer must have to be learned from.",
        AtLeast = 0, AtMost = 1)]
    public double Threshold { get; init; } = SelfRewardedTrainingReward.ReleasedThreshold;

    /// <summary>The parameters of the reward rules.</summary>
    public RewardParameters ToParameters() => new(Gamma, Beta, SurvivalWeight, Damping, Threshold);
}

public sealed record LearningSettings
{
    private const int UsualMicroBatchTokens = 4096;

    [Setting("Scale of the advantages: each group's standard deviation, none, or one for the whole batch.",
        OneOf = ["group-std", "group-mean", "batch-std"])]
    public string Advantage { get; init; } = "group-std";

    [Setting("AdamW's step size after warm-up.", AtLeast = 0)]
    public double LearningRate { get; init; } = 1e-6;

    [Setting("Optimizer steps over which the step size rises linearly to its full value.", AtLeast = 0)]
    public int WarmupSteps { get; init; }

    [Setting("AdamW's decoupled weight decay.", AtLeast = 0)]
    public double WeightDecay { get; init; }

    [Setting("Trajectories in an optimizer step.", AtLeast = 1)]
    public int MiniBatch { get; init; } = 64;

    [Setting(
        "Tokens in one forward and backward pass: bounds memory, does not change the gradient; " +
        "null: as many as a run's memory allows.",
        AtLeast = 1)]
    public int? MicroBatchTokens { get; init; } = UsualMicroBatchTokens;

    [Setting("Passes over a step's trajectories.", AtLeast = 1)]
    public int EpochsPerBatch { get; init; } = 1;

    [Setting("What the policy's loss is: GRPO's clipped ratio of tokens, or another paper's.",
        NamesOf = typeof(PolicyObjectives))]
    public string Objective { get; init; } = "grpo";

    [Setting("ε: the distance from 1 at which the probability ratio is clipped; of its logarithm from 0 with gmpo.",
        Above = 0)]
    public double Clip { get; init; } = 0.2;

    [Setting("The distance above 1, where it is to differ (DAPO's clip-higher); null: the same as below.",
        Above = 0)]
    public double? ClipHigh { get; init; }

    [Setting("How token losses are aggregated: over all, by trajectory, or over the longest length (Dr. GRPO).",
        NamesOf = typeof(TokenWeights))]
    public string Loss { get; init; } = "token-mean";

    [Setting("Coefficient of the KL divergence from the starting model.", AtLeast = 0)]
    public double Kl { get; init; } = 0.01;

    [Setting("Estimator of that divergence (Schulman's k1, k2, k3).", OneOf = ["k1", "k2", "k3"])]
    public string KlEstimator { get; init; } = "k3";

    [Setting("τ of objective sapo for advantages above 0: how quickly its gate closes.", Above = 0)]
    public double PositiveGate { get; init; } = SoftGateObjective.PaperPositive;

    [Setting("τ of objective sapo for advantages below 0.", Above = 0)]
    public double NegativeGate { get; init; } = SoftGateObjective.PaperNegative;

    [Setting(
        "Engine openai: the ratio of our probability to the server's is a token's or its whole response's, " +
        "and above C truncated or masked.",
        NamesOf = typeof(ImportanceCorrection))]
    public string Importance { get; init; } = "token-truncate";

    [Setting("Engine openai: C, the largest such ratio that counts as it is.", Above = 0)]
    public double ImportanceTruncation { get; init; } = 2;

    [Setting("Gradients are scaled down to this norm.", Above = 0)]
    public double MaxGradNorm { get; init; } = 1.0;

    [Setting("Keeps the optimizer's state in host memory and updates there: slower, but it spares the accelerator's.")]
    public bool OptimizerOffload { get; init; }

    /// <summary>The tokens of one pass; the usual number where the setting is null and no run has chosen.</summary>
    public int TokensAtOnce => MicroBatchTokens ?? UsualMicroBatchTokens;

    /// <summary>The policy's objective with the numbers that it reads.</summary>
    public IPolicyObjective PolicyObjective() =>
        PolicyObjectives.Create(Objective, new ObjectiveParameters(Clip, ClipHigh, PositiveGate, NegativeGate));
}

public sealed record ModelSettings
{
    [Setting("The published model that settings were made for, such as qwen2.5-vl-7b; any other is refused. null: any model.")]
    public string? MadeFor { get; init; }

    [Setting("Where tensors live: cpu, cuda, or cuda:N for the N-th of several devices, counted from 0.")]
    public string Device { get; init; } = "cpu";

    [Setting("Number format of the weights; auto: the checkpoint's own.", OneOf = ["auto", "bf16", "fp32"])]
    public string Dtype { get; init; } = "auto";

    [Setting("r: rank of the LoRA adapter that trains in place of the weights; 0 trains the weights.", AtLeast = 0)]
    public int LoraRank { get; init; }

    [Setting("α: the adapter's product BA counts α / r.", Above = 0)]
    public double LoraAlpha { get; init; } = 32;

    [Setting("The linear layers that are adapted; experts: the matrices of all experts.",
        WordsOf = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "experts"])]
    public string LoraTargets { get; init; } = "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj";

    [Setting("Probability with which an adapter's input is dropped while learning.", AtLeast = 0, Below = 1)]
    public double LoraDropout { get; init; }

    [Setting("Whether the vision tower trains too; with LoRA, whether its layers of the names above are adapted.")]
    public bool TrainVision { get; init; } = true;

    [Setting(
        "Recomputes activations in the backward pass: less memory, about a third more arithmetic; " +
        "null: where the plan without it comes to more than half of the memory, or that is unknown.")]
    public bool? ActivationCheckpointing { get; init; }

    [Setting("Images are scaled down to at most this many pixels.", AtLeast = 784)]
    public int MaxPixels { get; init; } = 1003520;
}

public sealed record CheckpointingSettings
{
    [Setting("Steps between checkpoints; the last step always leaves one.", AtLeast = 1)]
    public int Every { get; init; } = 20;

    [Setting("How many of the latest checkpoints stay on disk.", AtLeast = 1)]
    public int Keep { get; init; } = 3;
}

public sealed record EvaluationSettings
{
    [Setting("Labeled problems to measure on (path); null: no evaluation during the run.")]
    public string? Data { get; init; }

    [Setting("Steps between evaluations; the first and the last step always have one.", AtLeast = 1)]
    public int Every { get; init; } = 5;

    [Setting("Responses sampled for each problem.", AtLeast = 1)]
    public int Samples { get; init; } = 1;

    [Setting("Uses only the first problems of the file; null: all of them.", AtLeast = 1)]
    public int? Limit { get; init; }

    [Setting("Sampling temperature; 0 takes the likeliest token.", AtLeast = 0)]
    public double Temperature { get; init; } = 1.0;
}
