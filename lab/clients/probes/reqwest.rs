// One GET by reqwest. The request comes as JSON on standard input, the answer goes out as one line of JSON. With the argument
// "version" it says what it was built from.

use reqwest::{tls::Version, Certificate, Client, ClientBuilder, Identity, Proxy};
use serde_json::{json, Value};
use std::error::Error;

const LOCK: &str = include_str!("Cargo.lock");

fn main() {
    let tls = if env!("CARGO_PKG_NAME").ends_with("-rustls") { "rustls" } else { "native-tls" };
    if std::env::args().nth(1).as_deref() == Some("version") {
        println!("reqwest {} ({tls} {})", version("reqwest"), version(tls));
        return;
    }
    let wanted: Value = serde_json::from_reader(std::io::stdin()).expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = match runtime.block_on(get(&wanted)) {
        Ok(status) if status.is_success() => json!({"connected": true, "encrypted": true}),
        Ok(status) => json!({"connected": false, "text": format!("HTTP {status}")}),
        Err(error) => json!({"connected": false, "text": in_full(error.as_ref())}),
    };
    println!("{answer}");
}

async fn get(wanted: &Value) -> Result<reqwest::StatusCode, Box<dyn Error>> {
    let mut builder = Client::builder();
    if let Some(file) = wanted["roots"].as_str() {
        let roots = Certificate::from_pem_bundle(&std::fs::read(file)?)?;
        builder = match wanted["roots_only"].as_bool() {
            Some(true) => builder.tls_certs_only(roots),
            _ => builder.tls_certs_merge(roots),
        };
    }
    if wanted["identity"].is_array() {
        builder = builder.identity(identity(&wanted["identity"])?);
    }
    if let Some(url) = wanted["proxy"].as_str() {
        builder = builder.proxy(Proxy::all(url)?);
    }
    builder = limited(builder, wanted)
        .tls_danger_accept_invalid_certs(wanted["invalid_certs"] == true)
        .tls_danger_accept_invalid_hostnames(wanted["invalid_hostnames"] == true);
    let mut request = builder.build()?.get(wanted["url"].as_str().expect("a URL"));
    if let Some(host) = wanted["host"].as_str() {
        request = request.header("Host", host);
    }
    Ok(request.send().await?.status())
}

fn limited(mut builder: ClientBuilder, wanted: &Value) -> ClientBuilder {
    if let Some(lowest) = limit(&wanted["min"]) {
        builder = builder.tls_version_min(lowest);
    }
    match limit(&wanted["max"]) {
        Some(highest) => builder.tls_version_max(highest),
        None => builder,
    }
}

fn limit(said: &Value) -> Option<Version> {
    match said.as_str()? {
        "1.2" => Some(Version::TLS_1_2),
        "1.3" => Some(Version::TLS_1_3),
        other => panic!("no version of TLS: {other}"),
    }
}

// Each TLS library takes a client's own certificate in a form of its own; a program is built with one of them.
fn identity(files: &Value) -> Result<Identity, Box<dyn Error>> {
    let read = |place: usize| std::fs::read(files[place].as_str().expect("a file"));
    #[cfg(feature = "reqwest-rustls")]
    return Ok(Identity::from_pem(&[read(0)?, read(1)?].concat())?);
    #[cfg(not(feature = "reqwest-rustls"))]
    return Ok(Identity::from_pkcs8_pem(&read(0)?, &read(1)?)?);
}

// An error and what is behind it, as anyhow prints it with {:#}.
fn in_full(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(cause) = inner {
        text = format!("{text}: {cause}");
        inner = cause.source();
    }
    text
}

// The version of a crate that Cargo has chosen, "local" for one in a directory, "" where it is not built in.
fn version(wanted: &str) -> String {
    let entry = LOCK.split("[[package]]").find(|entry| value(entry, "name") == wanted);
    match entry {
        Some(entry) if value(entry, "source").is_empty() => "local".to_string(),
        Some(entry) => value(entry, "version"),
        None => String::new(),
    }
}

fn value(entry: &str, key: &str) -> String {
    let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    line.unwrap_or_default().trim_matches('"').to_string()
}
