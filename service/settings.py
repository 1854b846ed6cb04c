"""设置: everything that can be configured, from LABOUR_WATCH_… variables; the README's table is checked against it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One instance's configuration; every field has a description and a default that works."""

    model_config = SettingsConfigDict(env_prefix="LABOUR_WATCH_", extra="ignore")

    dir: Path = Field(Path("var"), description="实例目录 / instance folder")
    database_url: str | None = Field(
        None,
        description="PostgreSQL 地址；空则用实例目录里的 SQLite / PostgreSQL URL; empty: SQLite in the instance folder",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="签名与加密密钥，两个以逗号分隔便于轮换；空则在实例目录生成 / signing and encryption key, two "
        "separated by a comma for rotation; empty: made in the instance folder",
    )
    rules: Path | None = Field(
        None,
        description="init 存为第 1 版的规则目录；空则用自带规则 / rules folder that init stores; empty: the shipped",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000",
        description="对外网址：通知中的链接前缀，可带子路径 / address for people, the prefix of links in messages; may "
        "have a path",
    )
    rate_limit: str = Field("600/minute", description="每个令牌的请求上限 / requests a token may make")
    body_limit: int = Field(1 << 20, description="请求体上限（字节） / body limit in bytes")
    bulk_limit: int = Field(32 << 20, description="批量请求体上限（字节） / body limit of bulk posts in bytes")
    lease_seconds: float = Field(
        60.0, description="投递租约（秒） / seconds a delivery may take before it is tried again"
    )
    deliver_concurrency: int = Field(64, description="每个渠道同时投递上限 / sends in flight per channel at most")
    send_timeout: float = Field(10.0, description="一次投递的时限（秒） / seconds one send may take")
    retry_for_hours: float = Field(
        24.0, description="一条通知重试多久后放弃（小时） / hours a message is retried before giving up"
    )
    link_hours: float = Field(
        24.0,
        ge=0,
        description="通知里一次性签收链接的有效期（小时），0 为不发 / hours a one-time link to sign works; 0: no links",
    )
    receipt_secret: SecretStr = Field(
        SecretStr(""),
        description="短信、语音平台回执的签名密钥，两个以逗号分隔便于轮换；空则不收回执 / secret that signs the "
        "platforms' receipts, two separated by a comma for rotation; empty: none are taken",
    )
    receipt_seconds: float = Field(
        120.0,
        gt=0,
        description="平台受理后多久无送达回执即改发下一渠道（秒） / seconds without a receipt until the next channel "
        "is tried",
    )
    smtp_host: str = Field("", description="邮件服务器；空则不发邮件 / SMTP server; empty: no e-mail")
    smtp_port: int = Field(25, description="邮件服务器端口 / SMTP port")
    smtp_user: str = Field("", description="邮件用户名 / SMTP user")
    smtp_password: SecretStr = Field(SecretStr(""), description="邮件密码 / SMTP password")
    smtp_from: str = Field("labour-watch@localhost", description="发件人 / sender address")
    smtp_tls: Literal["none", "starttls", "tls"] = Field("none", description="邮件加密方式 / SMTP encryption")
    webhook_networks: str = Field(
        "loopback,public",
        description="可向何处呼叫：public、loopback、网段、主机名，以逗号分隔 / where calls may lead: public, "
        "loopback, networks, host names, by comma",
    )
    gateways: Path | None = Field(
        None,
        description="短信与语音平台的说明文件；空则不发短信、不打电话 / file about the platforms for text messages and "
        "calls; empty: neither",
    )
    sms_secret: SecretStr = Field(
        SecretStr(""), description="短信平台的密钥 / secret of the platform for text messages"
    )
    voice_secret: SecretStr = Field(SecretStr(""), description="语音平台的密钥 / secret of the platform for calls")
    duty_phone: str = Field(
        "", description="短信和电话里的值班电话 / telephone of the duty desk, told in text messages and calls"
    )
    operator: str = Field(
        "",
        description="运维人员（责任人编号）：自检测试与运行告警发到其全部联系方式；空则只到控制台 / officer who gets "
        "the weekly test message and alarms through every contact; empty: the console",
    )
    heartbeat_url: SecretStr = Field(
        SecretStr(""),
        description="一切正常时每分钟请求的地址（外部监控）；空则不用 / monitor called every minute while all is well; "
        "empty: none",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="日志级别 / log level")
    log_format: Literal["console", "json"] = Field("console", description="日志格式 / log format")

    def url(self) -> str:
        """The SQLAlchemy URL of the instance's database."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.dir / 'labour-watch.db'}"
