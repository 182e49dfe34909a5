using System.CommandLine;
using System.Net;
using System.Runtime.CompilerServices;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Serving;
using Retrace.Serving.Requests;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace serve-model</c>: a model behind OpenAI's API.</summary>
internal sealed class ServeModelCommand
{
    private readonly ModelOptions _model = new();

    private readonly Option<string> _host = new("--host")
    {
        Description = "The IP address to listen at; others than this machine's own need a token.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "The port to listen at; 0 takes a free one.",
        HelpName = "N",
        DefaultValueFactory = _ => 8000,
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "What requests call the model; by default its folder's name.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _keyFile = new("--api-key-file")
    {
        Description = "A file with the bearer token that requests must bring.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _keyVariable = new("--api-key-env")
    {
        Description = "The environment variable with that token, instead of a file.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _updates = new("--updates-from")
    {
        Description = "A folder below which adapters and weights may be loaded on request; without it, none may.",
        HelpName = "DIR",
    };

    private readonly Option<int> _maxTokens =
        Limit("--max-tokens", "The most tokens of a sample.", limits => limits.MaxTokens);

    private readonly Option<int> _maxPrompt =
        Limit("--max-prompt-tokens", "The most tokens of a prompt, images included.", limits => limits.MaxPromptTokens);

    private readonly Option<int> _maxSamples =
        Limit("--max-samples", "The most samples of a request.", limits => limits.MaxSamples);

    private readonly Option<int> _maxRequests =
        Limit("--max-requests", "The most requests at work or waiting.", limits => limits.MaxRequests);

    private readonly Option<int> _maxBody =
        Limit("--max-body-mib", "The most MiB of a request.", limits => (int)(limits.MaxBodyBytes >> 20));

    private readonly Option<int> _maxPixels =
        Limit("--max-image-pixels", "The most pixels of an image.", limits => (int)limits.MaxImagePixels);

    public static Command Create()
    {
        ServeModelCommand options = new();
        Command command = new("serve-model", "Serves a model through OpenAI's API, with streaming and batching.")
        {
            options._host, options._port, options._name, options._keyFile, options._keyVariable, options._updates,
            options._maxTokens, options._maxPrompt, options._maxSamples, options._maxRequests, options._maxBody,
            options._maxPixels,
        };
        options._model.AddTo(command);
        command.SetAction(options.ServeAsync);
        return command;
    }

    // A limit's default is looked up when help or a value asks for it: making options must not load the server.
    private static Option<int> Limit(string name, string description, Func<ServerLimits, int> usual) =>
        NumberOption<ServerLimits>.Number(name, description, usual);

    // Not inlined, so that ASP.NET is loaded when the server starts and not with the command.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        RunConfiguration configuration = _model.Resolve(parsed);
        ServerSettings settings = Settings(parsed, configuration);
        VisionLanguageModel model = _model.Load(parsed, configuration);
        await using ModelServer server = await ModelServer.StartAsync(
            model,
            folder => Training.Evolution.ComputeSettings.LoadModel(folder, configuration),
            settings,
            cancellation);
        Console.WriteLine($"{settings.ModelName} is served at {server.Address}v1 until Ctrl-C");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The way to end it.
        }
        return ExitCode.Done;
    }

    private ServerSettings Settings(ParseResult parsed, RunConfiguration configuration)
    {
        string host = parsed.GetRequiredValue(_host);
        if (!IPAddress.TryParse(host, out IPAddress? address))
        {
            throw new BadInputException($"--host is {host}, but must be an IP address, such as 127.0.0.1 or 0.0.0.0");
        }
        int port = parsed.GetValue(_port);
        if (port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new BadInputException($"--port is {port}, but must be from 0 to {IPEndPoint.MaxPort}");
        }
        string? token = Token(parsed);
        if (token is null && !IPAddress.IsLoopback(address))
        {
            throw new BadInputException(
                $"--host {host} can be reached by others, so a token is needed: --api-key-file or --api-key-env");
        }
        string? updates = parsed.GetValue(_updates);
        if (updates is not null && !Directory.Exists(updates))
        {
            throw new BadInputException($"--updates-from names {updates}, which is no folder");
        }
        return new ServerSettings(
            address,
            port,
            parsed.GetValue(_name) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(
                Path.GetFullPath(_model.Folder(parsed)))),
            token,
            updates,
            new ServerLimits
            {
                MaxTokens = Positive(parsed, _maxTokens),
                MaxPromptTokens = Positive(parsed, _maxPrompt),
                MaxSamples = Positive(parsed, _maxSamples),
                MaxRequests = Positive(parsed, _maxRequests),
                MaxBodyBytes = (long)Positive(parsed, _maxBody) << 20,
                MaxImagePixels = Positive(parsed, _maxPixels),
            },
            configuration.Rollout.SequencesAtOnce,
            configuration.Rollout.PromptTokensAtOnce);
    }

    // Never given as an argument, which other users of the machine could read.
    private string? Token(ParseResult parsed)
    {
        string? file = parsed.GetValue(_keyFile);
        string? variable = parsed.GetValue(_keyVariable);
        if (file is not null && variable is not null)
        {
            throw new BadInputException("--api-key-file and --api-key-env both name the token; one of them is enough");
        }
        if (variable is not null)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? value
                : throw new BadInputException($"--api-key-env names {variable}, which is not set");
        }
        if (file is null)
        {
            return null;
        }
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } text
                ? text
                : throw new BadInputException($"--api-key-file names {file}, which is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--api-key-file names {file}, which cannot be read: {error.Message}", error);
        }
    }

    private static int Positive(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is > 0 and int value
        ? value
        : throw new BadInputException($"{option.Name} must be at least 1");
}
